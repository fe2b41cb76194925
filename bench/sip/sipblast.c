// sipblast: MESSAGE requests over UDP, a window of them under way on each of a few sockets; counts the final responses, whatever they say.
//   sipblast -p PORT [-c sockets (8)] [-w window of a socket (8)] -P pid[,pid...] of the server
// Prints "joined"; then each line "TRANSACTIONS" of standard input is one run, whose figures are one line: transactions, wall seconds, the server's
// CPU seconds, requests that were not answered within 200 ms, the status of the last response.
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
#define B 64      // datagrams of a system call
#define SOCKETS 64

static int port, C = 8, W = 8, pids[64], npids, own[SOCKETS], fds[SOCKETS], out[SOCKETS], last;
static uint64_t done, lost;
static unsigned id;

static uint64_t now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1000000000ull + t.tv_nsec; }

static double cpu(void) { // user and system seconds of the server, of threads that have ended too
  double sum = 0;
  for (int i = 0; i < npids; i++) {
    clockid_t clock; struct timespec t;
    if (!clock_getcpuclockid(pids[i], &clock) && !clock_gettime(clock, &t)) sum += t.tv_sec + t.tv_nsec / 1e9;
  }
  return sum;
}

static int build(char *b, int c) {
  static const char body[] = "Hello Bob, this is a page-mode instant message of about one hundred bytes, which is a usual size."; id++;
  return sprintf(b, "MESSAGE sip:service@127.0.0.1:%d SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%d;branch=z9hG4bK-%08x-%d;rport\r\nFrom: <sip:alice@example.com>;tag=%08x\r\n"
    "To: <sip:bob@example.com>\r\nCall-ID: %08x-%d@127.0.0.1\r\nCSeq: 1 MESSAGE\r\nContact: <sip:alice@127.0.0.1:%d;transport=udp>\r\nMax-Forwards: 70\r\n"
    "P-Asserted-Identity: <sip:u0@example.com>\r\nUser-Agent: sipblast\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s", port, own[c], id, c, id, id, c, own[c], (int)sizeof body - 1, body);
}

static void fill(int c) {
  static char b[B][1024]; static struct iovec v[B]; static struct mmsghdr h[B];
  int n = W - out[c]; if (n <= 0) return; if (n > B) n = B;
  for (int i = 0; i < n; i++) { v[i] = (struct iovec){ b[i], build(b[i], c) }; h[i].msg_hdr = (struct msghdr){ .msg_iov = &v[i], .msg_iovlen = 1 }; }
  int k = sendmmsg(fds[c], h, n, 0); if (k > 0) out[c] += k;
}

static void take(int c) {
  static char b[B][2048]; static struct iovec v[B]; static struct mmsghdr h[B];
  for (int i = 0; i < B; i++) { v[i] = (struct iovec){ b[i], 2048 }; h[i].msg_hdr = (struct msghdr){ .msg_iov = &v[i], .msg_iovlen = 1 }; }
  int k = recvmmsg(fds[c], h, B, MSG_DONTWAIT, 0);
  for (int i = 0; i < k; i++) if (!memcmp(b[i], "SIP/2.0 ", 8) && b[i][8] >= '2') { done++; out[c]--; last = atoi(b[i] + 8); }
}

static void run(uint64_t count) {
  struct pollfd p[SOCKETS]; for (int i = 0; i < C; i++) p[i] = (struct pollfd){ fds[i], POLLIN, 0 };
  for (uint64_t end = done + count; done < end;) {
    for (int i = 0; i < C; i++) if (out[i] <= W / 2) fill(i);
    if (poll(p, C, 200) == 0) for (int i = 0; i < C; i++) { lost += out[i]; out[i] = 0; }
    for (int i = 0; i < C; i++) if (p[i].revents) take(i);
  }
}

int main(int ac, char **av) {
  int o;
  while ((o = getopt(ac, av, "p:c:w:P:")) > 0) switch (o) {
    case 'p': port = atoi(optarg); break; case 'c': C = atoi(optarg); break; case 'w': W = atoi(optarg); break;
    case 'P': for (char *t = strtok(optarg, ","); t; t = strtok(0, ",")) pids[npids++] = atoi(t); break;
    default: return 1;
  }
  id = getpid() << 16;
  for (int i = 0; i < C; i++) {
    int sz = 4 << 20; fds[i] = socket(AF_INET, SOCK_DGRAM, 0); setsockopt(fds[i], SOL_SOCKET, SO_RCVBUF, &sz, sizeof sz);
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    if (connect(fds[i], (void *)&a, sizeof a)) { perror("connect"); return 1; }
    socklen_t l = sizeof a; getsockname(fds[i], (void *)&a, &l); own[i] = ntohs(a.sin_port);
  }
  puts("joined"); fflush(stdout);
  char line[100];
  while (fgets(line, sizeof line, stdin)) {
    uint64_t d = done, l = lost, w = now(); double c = cpu();
    run(strtoull(line, 0, 10));
    printf("%lu %.6f %.6f %lu %d\n", done - d, (now() - w) / 1e9, cpu() - c, lost - l, last); fflush(stdout);
  }
  return 0;
}
