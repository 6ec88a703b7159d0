#pragma once

#include <sys/types.h>

#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "e2e/workspace.hpp"

namespace dream::e2e {

/// How dream is started.
struct Launch {
  std::vector<std::string> arguments;
  std::string folder;                              ///< to stand in, below the workspace's root
  std::map<std::string, std::string> environment;  ///< beside PATH, HOME, ROOT and LC_ALL
  bool standard_input = false;                     ///< a pipe of the test; otherwise /dev/null
  std::vector<int> ignored_signals;
  std::vector<int> blocked_signals = {};
  bool own_session = false;         ///< without a shell that could continue it: it can't be stopped by Ctrl-Z
  bool out_is_socket = false;       ///< stdout as node's child_process and systemd make it
  bool out_is_nonblocking = false;  ///< stdout as node and ssh leave it
  std::string out_file = {};        ///< stdout into this file of the workspace
  bool merged = false;              ///< stderr into the pipe of stdout
  std::string program = {};         ///< a path: started instead of dream
  int hangs_after_ms = 60'000;      ///< nothing that is awaited takes this long, however slow the machine
};

/// What exec needs for a Launch, in its form.
class StartWords {
 public:
  StartWords(const Workspace& workspace, const Launch& launch);

  [[nodiscard]] char* const* argv() const { return argv_.data(); }
  [[nodiscard]] char* const* environment() const { return environment_.data(); }
  [[nodiscard]] const char* folder() const { return folder_.c_str(); }

 private:
  std::vector<std::string> words_;
  std::vector<std::string> variables_;
  std::vector<char*> argv_;
  std::vector<char*> environment_;
  std::string folder_;
};

/// In a new process: what whoever started the test ignores is no matter of the test's (`nohup ctest &`).
void hear_all_signals();

/// One running dream. It collects what comes out; every wait has a deadline that only a hung run meets, and
/// then throws with all that came out so far.
class DreamRun {
 public:
  DreamRun(const Workspace& workspace, const Launch& launch);
  /// `dream go` in the requested project of a workspace that is made of steps.
  explicit DreamRun(const Workspace& workspace);
  ~DreamRun();
  DreamRun(const DreamRun&) = delete;
  DreamRun& operator=(const DreamRun&) = delete;

  void await_out(std::string_view text);
  void await_err(std::string_view text);
  /// Blocks until something more came, or is over.
  void await_more_out() { pump_until_more("more output"); }
  /// Whether its end has not been seen yet.
  [[nodiscard]] bool lives() const { return !ended_; }
  void send(int signal) const;
  void write_input(std::string_view text) const;
  void close_input();

  /// The other end of dream's stdout goes away, or is only read when asked to.
  void close_out();
  void stop_reading_out() { reads_out_ = false; }
  void resume_reading_out() { reads_out_ = true; }
  /// Waits, without reading, until no more goes into the pipe of stdout, or so many bytes are there.
  void await_full_out(int enough = std::numeric_limits<int>::max()) const;
  /// Blocks until this many more bytes of stdout have come.
  void read_out(std::size_t size);

  /// Waits for the end: the exit code, or 128 + n as a shell has it. Fails the test when anything that the
  /// run started still lives.
  int exit_code();

  /// Of a run that has ended: a signal ended it, as a shell must see.
  [[nodiscard]] bool died_of_signal() const { return died_; }

  /// Waits for the end like exit_code(), and then for the end of all that the run started.
  int exit_code_once_all_ended();
  /// The same while other runs of the test go on, which are left alone.
  int exit_code_beside_others();

  [[nodiscard]] const std::string& out() const { return out_; }
  [[nodiscard]] const std::string& err() const { return err_; }
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  void launch(const Workspace& workspace, const Launch& launch);
  void await_end();
  void pump_until_more(const char* what);
  bool read_from(int& descriptor, std::string& text);
  [[noreturn]] void give_up(const std::string& what) const;

  pid_t pid_ = 0;
  int pid_descriptor_ = -1;
  int hangs_after_ms_;
  int in_ = -1;
  int out_descriptor_ = -1;
  int err_descriptor_ = -1;
  bool reads_out_ = true;
  bool ended_ = false;
  int code_ = 0;
  bool died_ = false;
  std::string out_;
  std::string err_;
};

/// A run from beginning to end. `err` is without what dream remarks about a machine that is slow at the
/// moment.
struct Finished {
  int code = 0;
  std::string out;
  std::string err;
};
Finished run(const Workspace& workspace, const Launch& launch);
Finished run(const Workspace& workspace);

/// How often `what` stands in the text.
[[nodiscard]] std::size_t count(const std::string& text, const std::string& what);

/// Indented JSON on one line: `{"id": "x","steps": []}`.
std::string on_one_line(std::string_view json);

}  // namespace dream::e2e
