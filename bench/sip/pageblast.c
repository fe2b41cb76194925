// pageblast: MESSAGE from user to user over UDP, a window of them under way on each of a few sockets, and the user who gets them and says 200.
//   pageblast -p PORT [-c sockets (8)] [-w window of a socket (8)] [-a: proves itself by digest] -P pid[,pid...] of the server
// u1@example.com is registered first; u0 sends. Who it is stands in P-Asserted-Identity, or is proven by digest with the nonce that a socket was given,
// counted on. Prints "joined"; then each line "MESSAGES" of standard input is one run, whose figures are one line: messages that were answered, wall
// seconds, the server's CPU seconds, messages not answered within 500 ms, the status of the last answer, challenges.
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
#define B 64 // datagrams of a system call
#define SOCKETS 64

static int port, C = 8, W = 8, digest, pids[64], npids, own[SOCKETS + 1], fds[SOCKETS + 1], out[SOCKETS], last;
static char nonce[SOCKETS + 1][200];
static unsigned count[SOCKETS + 1], id;
static uint64_t done, lost, asked;

static uint64_t now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1000000000ull + t.tv_nsec; }

static double cpu(void) { // user and system seconds of the server, of threads that have ended too
  double sum = 0;
  for (int i = 0; i < npids; i++) {
    clockid_t clock; struct timespec t;
    if (!clock_getcpuclockid(pids[i], &clock) && !clock_gettime(clock, &t)) sum += t.tv_sec + t.tv_nsec / 1e9;
  }
  return sum;
}

// MD5 (RFC 1321) of a text, as 32 hexadecimal digits.
static void md5(const char *text, char *hex) {
  static const uint32_t k[64] = {
    0xd76aa478,0xe8c7b756,0x242070db,0xc1bdceee,0xf57c0faf,0x4787c62a,0xa8304613,0xfd469501,0x698098d8,0x8b44f7af,0xffff5bb1,0x895cd7be,0x6b901122,0xfd987193,0xa679438e,0x49b40821,
    0xf61e2562,0xc040b340,0x265e5a51,0xe9b6c7aa,0xd62f105d,0x02441453,0xd8a1e681,0xe7d3fbc8,0x21e1cde6,0xc33707d6,0xf4d50d87,0x455a14ed,0xa9e3e905,0xfcefa3f8,0x676f02d9,0x8d2a4c8a,
    0xfffa3942,0x8771f681,0x6d9d6122,0xfde5380c,0xa4beea44,0x4bdecfa9,0xf6bb4b60,0xbebfbc70,0x289b7ec6,0xeaa127fa,0xd4ef3085,0x04881d05,0xd9d4d039,0xe6db99e5,0x1fa27cf8,0xc4ac5665,
    0xf4292244,0x432aff97,0xab9423a7,0xfc93a039,0x655b59c3,0x8f0ccc92,0xffeff47d,0x85845dd1,0x6fa87e4f,0xfe2ce6e0,0xa3014314,0x4e0811a1,0xf7537e82,0xbd3af235,0x2ad7d2bb,0xeb86d391 };
  static const int r[16] = { 7,12,17,22, 5,9,14,20, 4,11,16,23, 6,10,15,21 };
  static unsigned char m[1024]; uint64_t n = strlen(text), bits = n * 8; size_t all = (n + 8) / 64 * 64 + 64;
  uint32_t h[4] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 };
  memset(m, 0, all); memcpy(m, text, n); m[n] = 0x80; memcpy(m + all - 8, &bits, 8);
  for (size_t at = 0; at < all; at += 64) {
    uint32_t *w = (uint32_t *)(m + at), a = h[0], b = h[1], c = h[2], d = h[3];
    for (int i = 0; i < 64; i++) {
      uint32_t f; int g;
      if (i < 16) f = (b & c) | (~b & d), g = i; else if (i < 32) f = (d & b) | (~d & c), g = (5 * i + 1) % 16;
      else if (i < 48) f = b ^ c ^ d, g = (3 * i + 5) % 16; else f = c ^ (b | ~d), g = 7 * i % 16;
      uint32_t x = a + f + k[i] + w[g]; int s = r[i / 16 * 4 + i % 4];
      a = d; d = c; c = b; b += x << s | x >> (32 - s);
    }
    h[0] += a; h[1] += b; h[2] += c; h[3] += d;
  }
  for (int i = 0; i < 16; i++) sprintf(hex + 2 * i, "%02x", ((unsigned char *)h)[i]);
}

// Who it is: asserted, or proven where a nonce is there.
static int identity(char *b, int c, int user, const char *method, const char *uri) {
  if (!digest) return sprintf(b, "P-Asserted-Identity: <sip:u%d@example.com>\r\n", user);
  if (!*nonce[c]) return 0;
  char text[600], ha1[33], ha2[33], answer[33]; unsigned nc = ++count[c];
  sprintf(text, "u%d:example.com:bench", user); md5(text, ha1);
  sprintf(text, "%s:%s", method, uri); md5(text, ha2);
  sprintf(text, "%s:%s:%08x:c0ffee:auth:%s", ha1, nonce[c], nc, ha2); md5(text, answer);
  return sprintf(b, "Authorization: Digest username=\"u%d\", realm=\"example.com\", nonce=\"%s\", uri=\"%s\", response=\"%s\", algorithm=MD5, qop=auth, nc=%08x, cnonce=\"c0ffee\"\r\n",
    user, nonce[c], uri, answer, nc);
}

static int build(char *b, int c) {
  static const char body[] = "Hello Bob, this is a page-mode instant message of about one hundred bytes, which is a usual size.", uri[] = "sip:u1@example.com"; id++;
  int n = sprintf(b, "MESSAGE %s SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%d;branch=z9hG4bK-%08x-%d;rport\r\nMax-Forwards: 70\r\nFrom: <sip:u0@example.com>;tag=%08x\r\n"
    "To: <%s>\r\nCall-ID: %08x-%d@127.0.0.1\r\nCSeq: 1 MESSAGE\r\n", uri, own[c], id, c, id, uri, id, c);
  n += identity(b + n, c, 0, "MESSAGE", uri);
  return n + sprintf(b + n, "User-Agent: pageblast\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s", (int)sizeof body - 1, body);
}

static void keep(int c, const char *text) { // the nonce of the MD5 challenge
  const char *at = strstr(text, "nonce=\""); if (!at) return;
  at += 7; int n = strcspn(at, "\""); if (n >= (int)sizeof nonce[c]) return;
  memcpy(nonce[c], at, n); nonce[c][n] = 0; count[c] = 0;
}

// Registers u1 at the last socket, over which the messages come.
static int enter(void) {
  char b[2000]; int status = 0;
  for (int try = 1; try <= 3 && status != 200; try++) {
    int n = sprintf(b, "REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%d;branch=z9hG4bKr%d-%d;rport\r\nMax-Forwards: 70\r\nFrom: <sip:u1@example.com>;tag=r\r\n"
      "To: <sip:u1@example.com>\r\nCall-ID: r-%d\r\nCSeq: %d REGISTER\r\nContact: <sip:u1@127.0.0.1:%d>;+g.oma.sip-im\r\nExpires: 3600\r\n", own[C], try, getpid(), getpid(), try, own[C]);
    n += identity(b + n, C, 1, "REGISTER", "sip:example.com"); n += sprintf(b + n, "Content-Length: 0\r\n\r\n");
    send(fds[C], b, n, 0);
    struct pollfd p = { fds[C], POLLIN, 0 }; if (poll(&p, 1, 2000) != 1) continue;
    n = recv(fds[C], b, sizeof b - 1, 0); b[n > 0 ? n : 0] = 0; status = atoi(b + 8);
    if (status == 401) keep(C, b);
  }
  return status;
}

static void fill(int c) {
  static char b[B][1500]; static struct iovec v[B]; static struct mmsghdr h[B];
  int n = W - out[c]; if (n <= 0) return; if (n > B) n = B;
  if (digest && !*nonce[c]) n = 1 - out[c]; // the first one is for the challenge
  for (int i = 0; i < n; i++) { v[i] = (struct iovec){ b[i], build(b[i], c) }; h[i].msg_hdr = (struct msghdr){ .msg_iov = &v[i], .msg_iovlen = 1 }; }
  int k = n > 0 ? sendmmsg(fds[c], h, n, 0) : 0; if (k > 0) out[c] += k;
}

static void take(int c) {
  static char b[B][2048]; static struct iovec v[B]; static struct mmsghdr h[B];
  for (int i = 0; i < B; i++) { v[i] = (struct iovec){ b[i], 2047 }; h[i].msg_hdr = (struct msghdr){ .msg_iov = &v[i], .msg_iovlen = 1 }; }
  int k = recvmmsg(fds[c], h, B, MSG_DONTWAIT, 0);
  for (int i = 0; i < k; i++) if (!memcmp(b[i], "SIP/2.0 ", 8) && b[i][8] >= '2') {
    out[c]--; last = atoi(b[i] + 8); b[i][h[i].msg_len] = 0;
    if (last == 401) asked++, keep(c, b[i]); else done++;
  }
}

// What came for u1 is answered: its Via, From, To, Call-ID and CSeq lines again.
static void answer(void) {
  static char b[B][2048], a[B][2048]; static struct iovec v[B], w[B]; static struct mmsghdr h[B], g[B];
  for (int i = 0; i < B; i++) { v[i] = (struct iovec){ b[i], 2047 }; h[i].msg_hdr = (struct msghdr){ .msg_iov = &v[i], .msg_iovlen = 1 }; }
  int k = recvmmsg(fds[C], h, B, MSG_DONTWAIT, 0), n = 0;
  for (int i = 0; i < k; i++) {
    b[i][h[i].msg_len] = 0; if (memcmp(b[i], "MESSAGE ", 8)) continue;
    char *o = a[n] + sprintf(a[n], "SIP/2.0 200 OK\r\n");
    for (char *l = strstr(b[i], "\r\n") + 2, *e; (e = strstr(l, "\r\n")) && e != l; l = e + 2) {
      int len = e - l;
      if (memcmp(l, "Via:", 4) && memcmp(l, "From:", 5) && memcmp(l, "To:", 3) && memcmp(l, "Call-ID:", 8) && memcmp(l, "CSeq:", 5)) continue;
      memcpy(o, l, len); o += len; o += sprintf(o, *l == 'T' ? ";tag=t\r\n" : "\r\n");
    }
    o += sprintf(o, "Content-Length: 0\r\n\r\n");
    w[n] = (struct iovec){ a[n], o - a[n] }; g[n].msg_hdr = (struct msghdr){ .msg_iov = &w[n], .msg_iovlen = 1 }; n++;
  }
  for (int at = 0, s; at < n && (s = sendmmsg(fds[C], g + at, n - at, 0)) > 0;) at += s;
}

static void run(uint64_t wanted) {
  struct pollfd p[SOCKETS + 1]; for (int i = 0; i <= C; i++) p[i] = (struct pollfd){ fds[i], POLLIN, 0 };
  for (uint64_t end = done + wanted; done < end;) {
    for (int i = 0; i < C; i++) if (out[i] <= W / 2) fill(i);
    if (poll(p, C + 1, 500) == 0) for (int i = 0; i < C; i++) { lost += out[i]; out[i] = 0; }
    if (p[C].revents) answer();
    for (int i = 0; i < C; i++) if (p[i].revents) take(i);
  }
}

int main(int ac, char **av) {
  int o;
  while ((o = getopt(ac, av, "p:c:w:aP:")) > 0) switch (o) {
    case 'p': port = atoi(optarg); break; case 'c': C = atoi(optarg); break; case 'w': W = atoi(optarg); break; case 'a': digest = 1; break;
    case 'P': for (char *t = strtok(optarg, ","); t; t = strtok(0, ",")) pids[npids++] = atoi(t); break;
    default: return 1;
  }
  id = getpid() << 16;
  for (int i = 0; i <= C; i++) {
    int sz = 4 << 20; fds[i] = socket(AF_INET, SOCK_DGRAM, 0); setsockopt(fds[i], SOL_SOCKET, SO_RCVBUF, &sz, sizeof sz);
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    if (connect(fds[i], (void *)&a, sizeof a)) { perror("connect"); return 1; }
    socklen_t l = sizeof a; getsockname(fds[i], (void *)&a, &l); own[i] = ntohs(a.sin_port);
  }
  int status = enter(); if (status != 200) { fprintf(stderr, "u1 cannot register: %d\n", status); return 1; }
  puts("joined"); fflush(stdout);
  char line[100];
  while (fgets(line, sizeof line, stdin)) {
    uint64_t d = done, l = lost, a = asked, w = now(); double c = cpu();
    run(strtoull(line, 0, 10));
    printf("%lu %.6f %.6f %lu %d %lu\n", done - d, (now() - w) / 1e9, cpu() - c, lost - l, last, asked - a); fflush(stdout);
  }
  return 0;
}
