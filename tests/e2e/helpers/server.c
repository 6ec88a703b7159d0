/*
 * server PORT 4|6: listens on that port of the loopback address, says so, and answers nobody, until it is
 * ended by a signal.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argument_count, char** arguments) {
  if (argument_count != 3) return 2;
  const int six = strcmp(arguments[2], "6") == 0;
  const in_port_t port = htons((in_port_t)strtol(arguments[1], NULL, 10));
  struct sockaddr_in6 address6 = {.sin6_family = AF_INET6, .sin6_port = port, .sin6_addr = in6addr_loopback};
  struct sockaddr_in address4 = {
      .sin_family = AF_INET, .sin_port = port, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  const int listener = socket(six ? AF_INET6 : AF_INET, SOCK_STREAM, 0);
  if (bind(listener, six ? (struct sockaddr*)&address6 : (struct sockaddr*)&address4,
           six ? sizeof address6 : sizeof address4) != 0 ||
      listen(listener, 4) != 0) {
    perror("server");
    return 1;
  }
  puts("server: listening");
  fflush(stdout);
  for (;;) pause();
}
