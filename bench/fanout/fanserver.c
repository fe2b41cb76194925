// fanserver: a bare epoll fan-out server, the limit that the kernel sets. CRLF lines in; out: an MSRP-shaped frame
// ("MSRP tid SEND", HDR bytes of headers of this recipient, the shared body, an end-line with the tid).
//   fanserver PORT [HDR [ANSWER]]    HDR: bytes of headers in a delivery (172); ANSWER: bytes that the sender of a line is answered (0)
// Frames are copied into a buffer per connection, which is flushed once per epoll round. It checks nothing and bounds nothing.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST 4096
#define MAXC 20000
typedef struct { int fd, joined, in, dirty, wout; char *ib; int ilen; char *ob; int olen, ooff, ocap; char *hdr; } conn_t;

static int hdrlen = 172, answer, nc, ep, nd;
static conn_t *cs[MAXC], *dirty[MAXC];
static uint64_t tid;
static char answers[MOST];
static const char HX[] = "0123456789abcdef";

static inline void tidput(char *o, uint64_t v) { for (int i = 15; i >= 0; i--) { o[i] = HX[v & 15]; v >>= 4; } }

static inline void lines(char *a, char *z) {
  uint64_t t = ++tid * 0x9E3779B97F4A7C15ull; memcpy(a, "MSRP ................ SEND\r\n", 28); tidput(a + 5, t);
  memcpy(z, "\r\n-------", 9); memcpy(z + 9, a + 5, 16); memcpy(z + 25, "$\r\n", 3);
}

static void want(conn_t *c, int o) {
  if (c->wout == o) return;
  c->wout = o; struct epoll_event e = { .events = EPOLLIN | (o ? EPOLLOUT : 0), .data.ptr = c }; epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &e);
}

static void append(conn_t *c, const void *d, int n) {
  if (c->olen + n > c->ocap) {
    if (c->ooff) { memmove(c->ob, c->ob + c->ooff, c->olen - c->ooff); c->olen -= c->ooff; c->ooff = 0; }
    if (c->olen + n > c->ocap) { c->ocap = (c->olen + n) * 2; c->ob = realloc(c->ob, c->ocap); }
  }
  memcpy(c->ob + c->olen, d, n); c->olen += n;
  if (!c->dirty) { c->dirty = 1; dirty[nd++] = c; }
}

static void flush(conn_t *c) {
  while (c->olen > c->ooff) { ssize_t k = send(c->fd, c->ob + c->ooff, c->olen - c->ooff, MSG_NOSIGNAL); if (k < 0) { want(c, 1); return; } c->ooff += k; }
  c->olen = c->ooff = 0; want(c, 0);
}

static void line(conn_t *c, const char *d, int n) {
  if (n >= 4 && !memcmp(d, "ACK ", 4)) return;
  if (n >= 6 && !memcmp(d, "HELLO ", 6)) {
    c->hdr = malloc(hdrlen); memset(c->hdr, 'h', hdrlen); memcpy(c->hdr + hdrlen - 4, "\r\n\r\n", 4); memcpy(c->hdr, d, n); c->joined = 1; append(c, "OK\r\n", 4); return;
  }
  for (int i = 0; i < nc; i++) {
    conn_t *r = cs[i]; if (r == c || !r->joined) continue;
    char a[28], z[28]; lines(a, z); append(r, a, 28); append(r, r->hdr, hdrlen); append(r, d, n); append(r, z, 28);
  }
  if (answer) append(c, answers, answer);
}

static void gone(conn_t *c, struct epoll_event *ev, int from, int k) {
  for (int j = 0; j < nd; j++) if (dirty[j] == c) dirty[j--] = dirty[--nd];
  cs[c->in] = cs[--nc]; cs[c->in]->in = c->in;
  for (int j = from; j < k; j++) if (ev[j].data.ptr == c) ev[j].events = 0;
  close(c->fd); free(c->ib); free(c->ob); free(c->hdr); free(c);
}

int main(int ac, char **av) {
  int port = atoi(av[1]), one = 1;
  if (ac > 2) hdrlen = atoi(av[2]);
  if (ac > 3) answer = atoi(av[3]);
  if (hdrlen < 20 || hdrlen > MOST || answer > MOST) { fprintf(stderr, "HDR is to be 20 to %d\n", MOST); return 1; }
  memset(answers, 'a', sizeof answers);
  ep = epoll_create1(0);
  int ls = socket(AF_INET, SOCK_STREAM, 0); setsockopt(ls, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  if (bind(ls, (void *)&a, sizeof a) || listen(ls, 1024)) { perror("bind"); return 1; }
  struct epoll_event e = { .events = EPOLLIN, .data.ptr = 0 }; epoll_ctl(ep, EPOLL_CTL_ADD, ls, &e);
  static char buf[65536 + 65536];
  puts("ready"); fflush(stdout);
  for (;;) {
    struct epoll_event ev[512]; int k = epoll_wait(ep, ev, 512, -1);
    for (int i = 0; i < k; i++) {
      conn_t *c = ev[i].data.ptr;
      if (!c) {
        int fd = accept4(ls, 0, 0, SOCK_NONBLOCK); if (fd < 0) continue;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        c = calloc(1, sizeof *c); c->fd = fd; c->in = nc; cs[nc++] = c;
        struct epoll_event x = { .events = EPOLLIN, .data.ptr = c }; epoll_ctl(ep, EPOLL_CTL_ADD, fd, &x); continue;
      }
      if (ev[i].events & EPOLLOUT) flush(c);
      if (!(ev[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))) continue;
      memcpy(buf, c->ib, c->ilen);
      ssize_t n = recv(c->fd, buf + c->ilen, 65536, 0);
      if (n <= 0) { if (n < 0 && errno == EAGAIN) continue; gone(c, ev, i + 1, k); continue; }
      char *p = buf, *end = buf + c->ilen + n, *q;
      while ((q = memchr(p, '\n', end - p))) { line(c, p, q - p - 1); p = q + 1; }
      c->ilen = end - p; if (c->ilen) { c->ib = realloc(c->ib, 65536); memcpy(c->ib, p, c->ilen); }
    }
    for (int i = 0; i < nd; i++) { dirty[i]->dirty = 0; if (!dirty[i]->wout) flush(dirty[i]); }
    nd = 0;
  }
}
