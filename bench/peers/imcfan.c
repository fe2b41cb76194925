// imcfan: the members of one room of Kamailio's imc (SIP MESSAGE over UDP), all behind one socket, the module's outbound proxy. Every MESSAGE
// that comes is answered 200. The same line on standard input and the same figures as roomfan.
//   imcfan -p PORT -u OWN-PORT -n MEMBERS [-s senders (4)] [-w messages of a sender under way (2)] -P pid[,pid...]
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#define RING 8192
#define HMAX 2000000 // 1 us buckets up to 2 s
#define B 64         // datagrams of a system call
#define TEXT 100

typedef struct { uint32_t next; int inflight; uint16_t left[RING]; } sender_t;
static int port = 5090, own = 5096, N = 10, S = 4, W = 2, fd, pids[64], npids;
static double rate;
static sender_t *ss;
static uint64_t deliveries, sent, received;
static uint32_t hist[HMAX];
static struct sockaddr_in to;
static char in[B][4096], answers[B][2048];

static uint64_t now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1000000000ull + t.tv_nsec; }

static double cpu(void) { // user and system seconds of the server
  double sum = 0;
  for (int i = 0; i < npids; i++) {
    char p[64], b[1024]; snprintf(p, sizeof p, "/proc/%d/stat", pids[i]);
    FILE *f = fopen(p, "r"); if (!f) continue;
    size_t k = fread(b, 1, sizeof b - 1, f); fclose(f); b[k] = 0;
    unsigned long u = 0, s = 0; sscanf(strrchr(b, ')') + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &u, &s);
    sum += (u + s) / (double)sysconf(_SC_CLK_TCK);
  }
  return sum;
}

static void say(int user, const char *text, int length) {
  static unsigned call; char b[8192]; call++;
  int n = sprintf(b, "MESSAGE sip:bench@127.0.0.1:%d SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%d;branch=z9hG4bKc%x\r\nFrom: <sip:u%d@127.0.0.1>;tag=%x\r\n"
    "To: <sip:bench@127.0.0.1>\r\nCall-ID: c%x@127.0.0.1\r\nCSeq: 1 MESSAGE\r\nMax-Forwards: 70\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%.*s",
    port, own, call, user, call, call, length, length, text);
  sendto(fd, b, n, 0, (void *)&to, sizeof to);
}

static void send_msg(int s) {
  char text[TEXT + 1]; sender_t *x = &ss[s]; uint32_t q = x->next++;
  int k = sprintf(text, "@@%02x%08x%016lx", s, q, now()); memset(text + k, 'x', TEXT - k);
  x->left[q % RING] = N - 1; x->inflight++; sent++; say(s, text, TEXT);
}

static int answer(const char *m, char *w, int *body) { // copies what a response must have; tells where the body begins
  int n = sprintf(w, "SIP/2.0 200 OK\r\n");
  for (const char *l = strstr(m, "\r\n"); l;) {
    l += 2; const char *e = strstr(l, "\r\n"); if (!e) break;
    if (e == l) { *body = (int)(e + 2 - m); break; }
    int c = l[0] | 32;
    if ((c == 'v' && (l[1] | 32) == 'i') || (c == 'f' && (l[1] | 32) == 'r') || (c == 't' && (l[1] | 32) == 'o') || !strncasecmp(l, "Call-ID", 7) || !strncasecmp(l, "CSeq", 4)) {
      memcpy(w + n, l, e + 2 - l); n += (int)(e + 2 - l);
    }
    l = e;
  }
  return n + sprintf(w + n, "Content-Length: 0\r\n\r\n");
}

static void on_message(const char *m, int n, int body, uint64_t t) {
  const char *q = memmem(m + body, n - body, "@@", 2); unsigned s, sq; unsigned long ts;
  if (!q || sscanf(q + 2, "%2x%8x%16lx", &s, &sq, &ts) != 3 || s >= (unsigned)S) return;
  sender_t *x = &ss[s]; if (!x->left[sq % RING]) return; // sent again
  deliveries++; received += n;
  if (rate > 0) { uint64_t us = (t - ts) / 1000; hist[us < HMAX ? us : HMAX - 1]++; }
  if (--x->left[sq % RING] == 0) x->inflight--;
}

static void pump(int ms) {
  static struct iovec ri[B], ti[B]; static struct mmsghdr rm[B], tm[B];
  struct pollfd p = { fd, POLLIN, 0 }; if (poll(&p, 1, ms) <= 0) return;
  int k;
  do {
    for (int i = 0; i < B; i++) { ri[i] = (struct iovec){ in[i], sizeof in[i] - 1 }; rm[i].msg_hdr = (struct msghdr){ .msg_iov = &ri[i], .msg_iovlen = 1 }; }
    k = recvmmsg(fd, rm, B, MSG_DONTWAIT, 0); int o = 0; uint64_t t = now();
    for (int i = 0; i < k; i++) {
      int n = rm[i].msg_len, body = 0; in[i][n] = 0;
      if (memcmp(in[i], "MESSAGE", 7)) continue;
      ti[o] = (struct iovec){ answers[o], answer(in[i], answers[o], &body) };
      tm[o].msg_hdr = (struct msghdr){ .msg_iov = &ti[o], .msg_iovlen = 1, .msg_name = &to, .msg_namelen = sizeof to }; o++;
      on_message(in[i], n, body, t);
    }
    for (int s = 0; s < o;) { int r = sendmmsg(fd, tm + s, o - s, 0); if (r <= 0) break; s += r; }
  } while (k == B);
}

static int under_way(void) { int f = 0; for (int i = 0; i < S; i++) f += ss[i].inflight; return f; }
static void run_for(double s) {
  uint64_t t0 = now(), end = t0 + (uint64_t)(s * 1e9), base = sent; static int turn;
  while (now() < end) {
    if (rate > 0) {
      uint64_t due = (uint64_t)((now() - t0) / 1e9 * rate);
      while (sent - base < due) { send_msg(turn); turn = (turn + 1) % S; }
      pump(1);
    } else { for (int i = 0; i < S; i++) while (ss[i].inflight < W) send_msg(i); pump(100); }
  }
}
static double pct(uint64_t tot, double p) { uint64_t a = 0, w = (uint64_t)(tot * p); for (int i = 0; i < HMAX; i++) if ((a += hist[i]) > w) return i; return HMAX; }

int main(int ac, char **av) {
  int o;
  while ((o = getopt(ac, av, "p:u:n:s:w:P:")) > 0) switch (o) {
    case 'p': port = atoi(optarg); break; case 'u': own = atoi(optarg); break; case 'n': N = atoi(optarg); break;
    case 's': S = atoi(optarg); break; case 'w': W = atoi(optarg); break;
    case 'P': for (char *t = strtok(optarg, ","); t; t = strtok(0, ",")) pids[npids++] = atoi(t); break;
    default: return 1;
  }
  ss = calloc(S, sizeof *ss); fd = socket(AF_INET, SOCK_DGRAM, 0);
  int sz = 4 << 20; setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &sz, sizeof sz);
  struct sockaddr_in me = { .sin_family = AF_INET, .sin_port = htons(own), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  if (bind(fd, (void *)&me, sizeof me)) { perror("bind"); return 1; }
  to = me; to.sin_port = htons(port);
  puts("joined"); fflush(stdout);
  char l[100];
  while (fgets(l, sizeof l, stdin)) {
    double secs = 1; rate = 0; sscanf(l, "%lf %lf", &secs, &rate); memset(hist, 0, sizeof hist);
    uint64_t d0 = deliveries, b0 = received, w0 = now(); double c0 = cpu();
    run_for(secs);
    for (uint64_t end = now() + 20000000000ull; under_way() && now() < end;) pump(20);
    if (under_way()) { fprintf(stderr, "%d messages did not reach all\n", under_way()); return 4; }
    uint64_t d = deliveries - d0;
    printf("%lu %.6f %.2f %lu", d, (now() - w0) / 1e9, cpu() - c0, received - b0);
    if (rate > 0) printf(" %.0f %.0f %.0f", pct(d, .5), pct(d, .99), pct(d, .999999));
    puts(""); fflush(stdout);
  }
  return 0;
}
