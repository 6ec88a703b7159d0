/*
 * without terminals|pipes PROGRAM ARGUMENTS: runs it where no new terminal or pipe can be had, as if the
 * system's or the user's limit had been reached.
 */
#include <asm/ioctls.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argument_count, char** arguments) {
  if (argument_count < 3) return 2;
  const int pipes = strcmp(arguments[1], "pipes") == 0;
  const unsigned any = BPF_JMP | BPF_JGE | BPF_K;
  struct sock_filter rules[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, pipes ? SYS_pipe2 : SYS_ioctl, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1])),
      BPF_JUMP(pipes ? any : BPF_JMP | BPF_JEQ | BPF_K, pipes ? 0 : TIOCGPTPEER, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (pipes ? EMFILE : ENOSPC)),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const struct sock_fprog program = {sizeof rules / sizeof rules[0], rules};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
    return 2;
  execv(arguments[2], arguments + 2);
  return 2;
}
