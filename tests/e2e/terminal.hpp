#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <string_view>

#include "e2e/dream_run.hpp"
#include "e2e/workspace.hpp"

namespace dream::e2e {

/// In characters.
struct WindowSize {
  unsigned short rows = 24;
  unsigned short columns = 80;
};

/// dream as the foreground job on a terminal. The test is the window and whoever types; a small process that
/// leads the session stands for the user's shell, with its job control. stdin, stdout and stderr are the
/// terminal: of a Launch, the members about pipes and files have no effect. Waits have deadlines as those of
/// DreamRun.
class Terminal {
 public:
  Terminal(const Workspace& workspace, const Launch& launch, WindowSize size = {});
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  /// All that came out so far; a newline is "\r\n", as the terminal makes it.
  [[nodiscard]] const std::string& screen() const { return screen_; }
  void await_screen(std::string_view text);
  /// Blocks until something more came, or is over.
  void await_more() { pump("more on the screen"); }

  /// Keys as they are pressed: "\x03" is Ctrl-C, "\x1a" Ctrl-Z.
  void type(std::string_view keys) const;
  /// The same with more than a terminal keeps.
  void paste(std::string_view keys);
  void resize(WindowSize size) const;
  /// The window closes: the shell and its foreground job are told so by SIGHUP.
  void hang_up();

  /// Ctrl-Z has taken effect: the whole job is stopped, and the shell has the terminal.
  void await_stopped();
  /// As `fg` does.
  void continue_job();

  void send(int signal) const;
  /// Of the process that the shell started.
  [[nodiscard]] pid_t pid() const { return job_; }

  /// Waits for the end: the exit code, or 128 + n as a shell has it. Fails the test when anything that the
  /// run started still lives.
  int exit_code();
  /// Waits for the end like exit_code(), and then for the end of all that the run started.
  int exit_code_once_all_ended();
  /// Waits for the end, and looks at nothing else.
  int exit_code_alone();
  /// Waits for the end for so long at most, however much is written meanwhile: whether it came.
  [[nodiscard]] bool ends_within(std::chrono::milliseconds time);

  /// The terminal's modes, for comparison; those now not after hang_up().
  [[nodiscard]] std::string modes() const;
  [[nodiscard]] const std::string& modes_at_first() const { return modes_at_first_; }
  /// As a shell does before it asks for a command.
  void turn_echo_off() const;
  [[nodiscard]] const std::string& name() const { return name_; }
  /// The process group that has the terminal; the job's own is pid(). Not after hang_up().
  [[nodiscard]] pid_t foreground_group() const;

 private:
  void launch(const Workspace& workspace, const Launch& launch, WindowSize size);
  void pump(const char* what);
  bool pump_for(int milliseconds);
  void read_screen();
  void read_report();
  void take_status(int status);
  void await_end();
  [[noreturn]] void give_up(const std::string& what) const;

  int window_ = -1;   ///< the master
  int reports_ = -1;  ///< from the shell: statuses of the job as of waitpid
  int orders_ = -1;   ///< to the shell
  pid_t shell_ = 0;
  pid_t job_ = 0;
  int hangs_after_ms_;
  bool stopped_ = false;
  bool ended_ = false;
  int code_ = 0;
  std::string screen_;
  std::string name_;
  std::string modes_at_first_;
};

}  // namespace dream::e2e
