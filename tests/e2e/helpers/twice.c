/*
 * twice WAY PROGRAM…: runs a program and hands on each SIGINT, SIGTERM and SIGHUP as wrappers do, some of
 * them in several ways at once: "pid": to the program, twice; "group": to the program and then to the group
 * that both are in, as `timeout` does. It ends as the program does.
 */
#define _GNU_SOURCE /* NOLINT(bugprone-reserved-identifier): asks for sigwait */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argument_count, char** arguments) {
  if (argument_count < 3) return 2;
  sigset_t signals;
  sigset_t before;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGHUP);
  sigaddset(&signals, SIGCHLD);
  sigprocmask(SIG_BLOCK, &signals, &before);
  setpgid(0, 0);
  pid_t program = fork();
  if (program < 0) return 2;
  if (program == 0) {
    sigprocmask(SIG_SETMASK, &before, NULL);
    execv(arguments[2], arguments + 2);
    _exit(127);
  }
  int status = 0;
  while (waitpid(program, &status, WNOHANG) == 0) {
    int signal = 0;
    sigwait(&signals, &signal);
    if (signal == SIGCHLD) continue;
    kill(program, signal);
    if (strcmp(arguments[1], "pid") == 0) {
      kill(program, signal);
    } else {
      kill(0, signal);
      sigset_t own; /* it has sent that to itself, too */
      sigemptyset(&own);
      sigaddset(&own, signal);
      sigwait(&own, &signal);
    }
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
