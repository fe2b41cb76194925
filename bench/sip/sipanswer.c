// sipanswer: a bare responder over UDP, the limit that the kernel sets: one system call to receive, one to send. It reads the lines of the
// header, copies Via, From, To, Call-ID and CSeq into a 200, adds received and a To tag, and remembers nothing.
//   sipanswer PORT
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static int answer(const char *m, int n, char *o, struct sockaddr_in *from) {
  const char *e = m + n, *p = memchr(m, '\n', n); char *w = o; int first = 1;
  if (!p) return 0;
  memcpy(w, "SIP/2.0 200 OK\r\n", 16); w += 16; p++;
  while (p < e) {
    const char *q = memchr(p, '\n', e - p); if (!q || q - p <= 1) break;
    int l = (int)(q + 1 - p), c = p[0] | 32;
    if (c == 'v' && (p[3] == ':' || p[1] == ':')) {
      memcpy(w, p, l - 2); w += l - 2;
      if (first) { char a[16]; inet_ntop(AF_INET, &from->sin_addr, a, 16); w += sprintf(w, ";received=%s", a); first = 0; }
      *w++ = '\r'; *w++ = '\n';
    } else if (c == 'f' && l > 5 && p[4] == ':') { memcpy(w, p, l); w += l; }
    else if (c == 't' && (p[2] == ':' || p[1] == ':')) { memcpy(w, p, l - 2); w += l - 2; memcpy(w, ";tag=0123456789\r\n", 17); w += 17; }
    else if (c == 'c' && l > 8 && (p[7] == ':' || p[4] == ':') && ((p[1] | 32) == 's' || (p[5] | 32) == 'i')) { memcpy(w, p, l); w += l; }
    p = q + 1;
  }
  memcpy(w, "Content-Length: 0\r\n\r\n", 21); return (int)(w + 21 - o);
}

int main(int ac, char **av) {
  int fd = socket(AF_INET, SOCK_DGRAM, 0), sz = 4 << 20; setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &sz, sizeof sz);
  struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(ac > 1 ? atoi(av[1]) : 5060), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) }, f;
  if (bind(fd, (void *)&a, sizeof a)) { perror("bind"); return 1; }
  puts("ready"); fflush(stdout);
  static char in[4096], out[8192];
  for (;;) {
    socklen_t l = sizeof f; int n = recvfrom(fd, in, sizeof in, 0, (void *)&f, &l);
    if (n > 0) sendto(fd, out, answer(in, n, out, &f), 0, (void *)&f, l);
  }
}
