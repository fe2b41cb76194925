// roomfan: the members of one room, all in one process, one connection each; the first S of them send. The text of every message begins
// with a marker "@@<sender:2><seq:8><ns:16>" (hex), so that deliveries are counted and timed by scanning what comes for it.
//   roomfan -p PORT -n MEMBERS ...         speaks lines with fanserver
//   roomfan -p PORT -n MEMBERS -m irc ...  speaks IRC, in a channel
//   roomfan -p PORT -n MEMBERS -m xmpp ... speaks XMPP, in a room of conference.localhost
//   roomfan -f FILE ...                    speaks MSRP; FILE has a line a member: PORT, the server's URI, the member's URI, the header lines of
//                                          his CPIM messages with | for CRLF; tabs between
//   -s senders (4)  -w messages of a sender under way (8)  -b bytes of the body of a line (100)  -P pid of the server
//   -d the last member reads nothing any more once he has joined
// Prints "joined" once every member is; then each line "SECONDS [MESSAGES-A-SECOND]" of standard input is one run, whose figures are one line:
// deliveries, wall seconds, the server's CPU seconds, bytes received, and with a rate the latencies p50 p99 and the longest, in us.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define RING 8192
#define MARK 28
#define TEXT 100
#define BUFSZ (256 * 1024)
#define HMAX 2000000 // 1 us buckets up to 2 s

enum { LINES, MSRP, IRC, XMPP };
typedef struct { int fd, id, port, joined, step; char carry[64]; int ncarry; char *out; int outlen, outoff, outcap; char *server, *own, *cpim; char *frame; int flen, fmark, fid; char *said; int nsaid; } conn_t;
typedef struct { uint32_t next; int inflight; uint16_t left[RING]; } sender_t;

static int N = 10, S = 4, W = 8, body = TEXT, port, pid, ep, joined, mode = LINES, deaf, expected;
static double rate;
static conn_t *cs;
static sender_t *ss;
static uint64_t deliveries, sent, received;
static char *rbuf;
static uint32_t *hist;

static uint64_t now_ns(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1000000000ull + t.tv_nsec; }
static void die(const char *m) { perror(m); exit(1); }

static double cpu(void) { // user and system seconds of the server, of all its threads
  char p[64], b[1024]; snprintf(p, sizeof p, "/proc/%d/stat", pid);
  FILE *f = fopen(p, "r"); if (!f) return 0;
  size_t k = fread(b, 1, sizeof b - 1, f); fclose(f); b[k] = 0;
  char *q = strrchr(b, ')'); unsigned long u = 0, s = 0;
  sscanf(q + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &u, &s);
  return (u + s) / (double)sysconf(_SC_CLK_TCK);
}

static void watch(conn_t *c, int out) { struct epoll_event e = { .events = EPOLLIN | (out ? EPOLLOUT : 0), .data.ptr = c }; epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &e); }
static void put(conn_t *c, const char *d, int n) {
  if (c->outlen == c->outoff) {
    ssize_t k = send(c->fd, d, n, MSG_NOSIGNAL); if (k < 0) { if (errno != EAGAIN) die("send"); k = 0; }
    d += k; n -= k; c->outlen = c->outoff = 0; if (!n) return;
  }
  if (c->outlen + n > c->outcap) { c->outcap = (c->outlen + n) * 2; c->out = realloc(c->out, c->outcap); }
  memcpy(c->out + c->outlen, d, n); c->outlen += n; watch(c, 1);
}
static void drain(conn_t *c) {
  ssize_t k = send(c->fd, c->out + c->outoff, c->outlen - c->outoff, MSG_NOSIGNAL);
  if (k > 0) c->outoff += k;
  if (c->outoff == c->outlen) { c->outoff = c->outlen = 0; watch(c, 0); }
}

static const char HX[] = "0123456789abcdef";
static void hexput(char *o, uint64_t v, int n) { while (n--) { o[n] = HX[v & 15]; v >>= 4; } }
static inline uint64_t hexget(const char *p, int n) { uint64_t v = 0; while (n--) { int c = *p++; v = v << 4 | (c <= '9' ? c - '0' : c - 'a' + 10); } return v; }

static void make_frame(conn_t *c) {
  char text[TEXT + 1]; memset(text, 'x', TEXT); memcpy(text, "@@", 2); text[TEXT] = 0;
  if (mode == MSRP) {
    for (char *p = c->cpim; *p; p++) if (*p == '|') { memmove(p + 2, p + 1, strlen(p)); memcpy(p, "\r\n", 2); }
    int n = strlen(c->cpim) + TEXT;
    c->flen = asprintf(&c->frame, "MSRP %016x SEND\r\nTo-Path: %s\r\nFrom-Path: %s\r\nMessage-ID: %04x........\r\nByte-Range: 1-%d/%d\r\nContent-Type: message/cpim\r\n\r\n%s%s\r\n-------%016x$\r\n",
      c->id, c->server, c->own, c->id, n, n, c->cpim, text, c->id);
    c->fid = (int)(strstr(c->frame, "Message-ID: ") - c->frame) + 16;
  } else if (mode != LINES) {
    c->flen = mode == IRC ? asprintf(&c->frame, "PRIVMSG #bench :%s\r\n", text)
      : asprintf(&c->frame, "<message type='groupchat' to='bench@conference.localhost' id='m'><body>%s</body></message>", text);
    c->fid = -1;
  } else {
    c->frame = malloc(body + 3); memset(c->frame, 'x', body); memcpy(c->frame + body - TEXT, text, TEXT); memcpy(c->frame + body, "\r\n", 3); c->flen = body + 2; c->fid = -1;
  }
  c->fmark = (int)(strstr(c->frame, "@@") - c->frame);
}
static void send_msg(int s) {
  sender_t *x = &ss[s]; conn_t *c = &cs[s]; uint32_t q = x->next++;
  hexput(c->frame + c->fmark + 2, s, 2); hexput(c->frame + c->fmark + 4, q, 8); hexput(c->frame + c->fmark + 12, now_ns(), 16);
  if (c->fid > 0) hexput(c->frame + c->fid, q, 8);
  x->left[q % RING] = expected; x->inflight++; sent++;
  put(c, c->frame, c->flen);
}
static inline void on_mark(const char *p, uint64_t now) {
  unsigned s = hexget(p + 2, 2); uint32_t q = hexget(p + 4, 8); uint64_t t = hexget(p + 12, 16);
  if (s >= (unsigned)S) return;
  deliveries++;
  if (rate > 0) { uint64_t us = (now - t) / 1000; hist[us < HMAX ? us : HMAX - 1]++; }
  sender_t *x = &ss[s];
  if (--x->left[q % RING] == 0) x->inflight--;
}
static void on_data(conn_t *c, char *d, int n, uint64_t now) { // d has 64 spare bytes before it
  if (c->ncarry) { d -= c->ncarry; n += c->ncarry; memcpy(d, c->carry, c->ncarry); c->ncarry = 0; }
  char *p = d, *e = d + n;
  for (;;) {
    char *q = memmem(p, e - p, "@@", 2);
    if (!q) { if (e > p && e[-1] == '@') { c->carry[0] = '@'; c->ncarry = 1; } break; }
    if (e - q < MARK) { memcpy(c->carry, q, e - q); c->ncarry = e - q; break; }
    on_mark(q, now);
    p = q + MARK; if (e - p > TEXT - MARK) p += TEXT - MARK;
  }
}
static int base64(char *o, const char *d, int n) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"; const unsigned char *s = (const void *)d; int k = 0;
  for (int i = 0; i < n; i += 3) {
    uint32_t v = s[i] << 16 | (i + 1 < n ? s[i + 1] << 8 : 0) | (i + 2 < n ? s[i + 2] : 0);
    o[k++] = digits[v >> 18]; o[k++] = digits[v >> 12 & 63]; o[k++] = i + 1 < n ? digits[v >> 6 & 63] : '='; o[k++] = i + 2 < n ? digits[v & 63] : '=';
  }
  o[k] = 0; return k;
}
// How a member joins: what he says at each step, and what he then waits for (alternatives between bars); no step more: he has joined.
static const char *answer_of(int step) {
  static const char *lines[] = { "OK", 0 }, *msrp[] = { " 200 OK", 0 }, *irc[] = { " 376 | 422 ", " 366 ", 0 };
  static const char *xmpp[] = { "</stream:features>", "<success", "</stream:features>", "type='result'|type=\"result\"", "code='110'|code=\"110\"", 0 };
  return (mode == LINES ? lines : mode == MSRP ? msrp : mode == IRC ? irc : xmpp)[step];
}
static void say(conn_t *c) {
  static const char stream[] = "<stream:stream to='localhost' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>";
  char b[2048]; int n = 0, id = c->id, me = getpid();
  if (mode == LINES) n = sprintf(b, "HELLO %06d\r\n", id);
  else if (mode == MSRP) n = snprintf(b, sizeof b, "MSRP b1nd%04x SEND\r\nTo-Path: %s\r\nFrom-Path: %s\r\nMessage-ID: b%d\r\nByte-Range: 1-0/0\r\n-------b1nd%04x$\r\n", id, c->server, c->own, id, id);
  else if (mode == IRC) n = c->step == 0 ? sprintf(b, "NICK u%d\r\nUSER u%d 0 * :u\r\n", id, id) : sprintf(b, "JOIN #bench\r\n");
  else switch (c->step) {
    case 0: case 2: n = sprintf(b, "%s%s", c->step ? "" : "<?xml version='1.0'?>", stream); break;
    case 1: { char s[64], e[128]; int k = sprintf(s, "%cu%dp%d%cpw", 0, id, me, 0); base64(e, s, k); n = sprintf(b, "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>%s</auth>", e); break; }
    case 3: n = sprintf(b, "<iq type='set' id='b1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>r</resource></bind></iq>"); break;
    case 4: n = sprintf(b, "<presence to='bench@conference.localhost/u%dp%d'><x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x></presence>", id, me); break;
  }
  put(c, b, n);
}
static void pong(conn_t *c, const char *d, int n) { // a server that asks whether the member is there; ngircd asks with a number before he may join
  const char *e = d + n;
  for (const char *q = d; (q = memmem(q, e - q, "PING ", 5)); q += 5) {
    if (q != d && q[-1] != '\n') continue;
    const char *end = memchr(q, '\r', e - q); char b[600];
    if (end) put(c, b, snprintf(b, sizeof b, "PONG %.*s\r\n", (int)(end - q - 5), q + 5));
  }
}
static void hear(conn_t *c, const char *d, int n) {
  c->said = realloc(c->said, c->nsaid + n + 1); memcpy(c->said + c->nsaid, d, n); c->nsaid += n; c->said[c->nsaid] = 0;
  if (mode == IRC) pong(c, d, n);
  char wanted[128], *rest = 0, *one; strcpy(wanted, answer_of(c->step));
  for (one = strtok_r(wanted, "|", &rest); one && !memmem(c->said, c->nsaid, one, strlen(one)); one = strtok_r(0, "|", &rest)) ;
  if (!one) { if (mode == MSRP) { fprintf(stderr, "member %d: %s\n", c->id, c->said); exit(3); } return; }
  c->nsaid = 0; c->step++;
  if (answer_of(c->step)) { say(c); return; }
  c->joined = 1; joined++;
  if (deaf && c->id == N - 1) epoll_ctl(ep, EPOLL_CTL_DEL, c->fd, 0);
}
static void join(conn_t *c) {
  c->fd = socket(AF_INET, SOCK_STREAM, 0); int one = 1;
  struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(c->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  if (connect(c->fd, (void *)&a, sizeof a)) die("connect");
  fcntl(c->fd, F_SETFL, O_NONBLOCK); setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  struct epoll_event e = { .events = EPOLLIN, .data.ptr = c }; epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &e);
  say(c);
}
static void pump(int ms) {
  struct epoll_event ev[512]; int k = epoll_wait(ep, ev, 512, ms);
  for (int i = 0; i < k; i++) {
    conn_t *c = ev[i].data.ptr;
    if (ev[i].events & EPOLLOUT) drain(c);
    if (!(ev[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))) continue;
    ssize_t n = recv(c->fd, rbuf + 64, BUFSZ, 0);
    if (n == 0) { fprintf(stderr, "member %d: closed by the server\n", c->id); exit(2); }
    if (n < 0) { if (errno == EAGAIN) continue; die("recv"); }
    received += n;
    if (c->joined && mode == IRC) pong(c, rbuf + 64, n);
    if (c->joined) on_data(c, rbuf + 64, n, now_ns());
    else hear(c, rbuf + 64, n);
  }
}
static void run_for(double s) {
  uint64_t t0 = now_ns(), end = t0 + (uint64_t)(s * 1e9); static int turn; uint64_t base = sent;
  for (;;) {
    uint64_t t = now_ns(); if (t >= end) break;
    if (rate > 0) {
      uint64_t due = (uint64_t)((t - t0) / 1e9 * rate);
      while (sent - base < due) { send_msg(turn); turn = (turn + 1) % S; }
      double nx = (sent - base + 1) / rate * 1e9 + t0 - t; pump(nx > 1.5e6 ? 1 : 0);
    } else { for (int i = 0; i < S; i++) while (ss[i].inflight < W) send_msg(i); pump(100); }
  }
}
static int under_way(void) { int f = 0; for (int i = 0; i < S; i++) f += ss[i].inflight; return f; }
static double pct(uint64_t tot, double p) { uint64_t a = 0, w = (uint64_t)(tot * p); for (int i = 0; i < HMAX; i++) if ((a += hist[i]) > w) return i; return HMAX; }

static void read_members(const char *path) {
  FILE *f = fopen(path, "r"); if (!f) die(path);
  char *l = 0; size_t cap = 0; N = 0; cs = 0;
  while (getline(&l, &cap, f) > 0) {
    cs = realloc(cs, (N + 1) * sizeof *cs); conn_t *c = &cs[N]; memset(c, 0, sizeof *c); c->id = N++;
    l[strcspn(l, "\n")] = 0;
    c->port = atoi(strtok(l, "\t")); c->server = strdup(strtok(0, "\t")); c->own = strdup(strtok(0, "\t"));
    char *cpim = strtok(0, "\t"); c->cpim = malloc(2 * strlen(cpim) + 1); strcpy(c->cpim, cpim);
  }
  fclose(f); free(l);
}

int main(int ac, char **av) {
  int o; const char *file = 0;
  while ((o = getopt(ac, av, "p:n:f:m:s:w:b:P:d")) > 0) switch (o) {
    case 'p': port = atoi(optarg); break; case 'n': N = atoi(optarg); break; case 'f': file = optarg; mode = MSRP; break;
    case 'm': mode = *optarg == 'i' ? IRC : XMPP; break; case 'd': deaf = 1; break;
    case 's': S = atoi(optarg); break; case 'w': W = atoi(optarg); break; case 'b': body = atoi(optarg); break; case 'P': pid = atoi(optarg); break;
    default: return 1;
  }
  if (file) read_members(file);
  else { cs = calloc(N, sizeof *cs); for (int i = 0; i < N; i++) { cs[i].id = i; cs[i].port = port; } }
  if (S > N) S = N;
  expected = mode == XMPP ? N : N - 1 - deaf; // a room of XMPP sends one's own message back
  ss = calloc(S, sizeof *ss); hist = calloc(HMAX, 4); rbuf = malloc(BUFSZ + 64); ep = epoll_create1(0);
  for (int i = 0; i < S; i++) make_frame(&cs[i]);
  uint64_t t0 = now_ns();
  for (int i = 0; i < N; i++) { join(&cs[i]); while (joined < i - 15 && now_ns() - t0 < 60e9) pump(1000); }
  while (joined < N && now_ns() - t0 < 60e9) pump(1000);
  if (joined < N) { fprintf(stderr, "only %d of %d members joined\n", joined, N); return 3; }
  puts("joined"); fflush(stdout);

  char l[100];
  while (fgets(l, sizeof l, stdin)) {
    double secs = 1; rate = 0; sscanf(l, "%lf %lf", &secs, &rate);
    memset(hist, 0, HMAX * 4);
    uint64_t d0 = deliveries, b0 = received, w0 = now_ns(); double c0 = cpu();
    run_for(secs);
    for (uint64_t end = now_ns() + 20000000000ull; under_way() && now_ns() < end;) pump(20);
    if (under_way()) { fprintf(stderr, "%d messages did not reach all\n", under_way()); return 4; }
    uint64_t d = deliveries - d0;
    printf("%lu %.6f %.2f %lu", d, (now_ns() - w0) / 1e9, cpu() - c0, received - b0);
    if (rate > 0) printf(" %.0f %.0f %.0f", pct(d, .5), pct(d, .99), pct(d, .999999));
    puts(""); fflush(stdout);
  }
  return 0;
}
