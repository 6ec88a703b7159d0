#include "output/log_directory.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "base/descriptor.hpp"
#include "base/text.hpp"
#include "base/write_all.hpp"
#include "output/label.hpp"
#include "output/outcome_json.hpp"

namespace dream::output {

namespace {

namespace fs = std::filesystem;

constexpr int new_file = O_CREAT | O_EXCL;

/// `services/api:dev` -> `services-api-dev`, and not longer than any file system takes.
std::string file_name(std::string name) {
  constexpr std::size_t longest = 100;
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  for (char& c : name) {
    if (plain.find(c) == std::string_view::npos) c = '-';
  }
  return name.substr(0, longest);
}

/// One log. It is open only while its step runs: a plan may have more steps than a process may have files.
class LogFile {
 public:
  LogFile(const fs::path& folder, std::string name) : path_(folder / name), name_(std::move(name)) {}

  [[nodiscard]] const fs::path& path() const { return path_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] bool complete() const { return complete_; }

  /// Empty, in place of whatever had its name. 0, or what went wrong.
  int create() {
    ::unlink(path_.c_str());
    const int error = open(new_file);
    return error != 0 ? error : close();
  }

  /// 0, or what went wrong: then nothing is written any more, so that what is there has no holes.
  int append(std::string_view bytes) {
    if (!complete_) return 0;
    int error = descriptor_.is_open() ? 0 : open(O_CREAT);
    if (error == 0) error = write_all(descriptor_.get(), bytes);
    if (error == 0) return 0;
    complete_ = false;
    static_cast<void>(close());
    return error;
  }

  /// 0, or what went wrong: a network or a quota tells it only now.
  [[nodiscard]] int close() {
    const int error = descriptor_.close();
    if (error != 0) complete_ = false;
    return error;
  }

 private:
  int open(int how) {
    constexpr int always = O_WRONLY | O_NOFOLLOW | O_APPEND | O_CLOEXEC | O_NOCTTY;
    descriptor_ = Descriptor(::open(path_.c_str(), how | always, 0666));
    return descriptor_.is_open() ? 0 : errno;
  }

  fs::path path_;
  std::string name_;
  Descriptor descriptor_;
  bool complete_ = true;
};

class LogDirectory : public Renderer {
 public:
  LogDirectory(fs::path folder, const Plan& plan, std::unique_ptr<Renderer> next)
      : folder_(std::move(folder)), plan_(plan), next_(std::move(next)) {
    const std::vector<std::string> names = short_names(plan);
    const std::size_t width = std::max<std::size_t>(2, std::to_string(names.size()).size());
    for (std::size_t at = 0; at < names.size(); ++at) {
      const std::string name = fmt::format("{:0{}}-{}", at + 1, width, file_name(names[at]));
      files_.push_back({LogFile(folder_, name + ".out.log"), LogFile(folder_, name + ".err.log")});
    }
  }

  [[nodiscard]] Result<void> begin(Instant now) override {
    began_ = now;
    std::error_code failure;
    fs::create_directories(folder_, failure);
    if (failure) return refuse(folder_, failure.value());
    lock_ = Descriptor(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!lock_.is_open()) return refuse(folder_, errno);
    // Some network file systems lock nothing; then two runs can't be told apart.
    if (::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
      return Error{ErrorCode::io, "another run of dream writes its logs there", folder_.string(),
                   "wait for its end, or give this run another --log-dir"};
    }
    for (auto& streams : files_) {
      for (LogFile& file : streams) {
        if (const int error = file.create()) return refuse(file.path(), error);
      }
    }
    if (const int error = write_index({}, {})) return refuse(folder_ / "index.json", error);
    return next_->begin(now);
  }

  void report(Instant now, const engine::Action& action, std::span<const engine::Outcome> outcomes) override {
    if (const auto* finish = std::get_if<engine::Finish>(&action)) {
      const int error = write_index(finish->exit_code, outcomes);
      if (error != 0)
        tell(folder_ / "index.json", "can't write the index", error,
             "it stays as it was at the start of the run");
    }
    next_->report(now, action, outcomes);
  }

  bool write(StepIndex step, Stream stream, std::string_view bytes) override {
    LogFile& file = files_[position(step)][stream == Stream::out ? 0 : 1];
    if (const int error = file.append(bytes)) warn(file.path(), error);
    return next_->write(step, stream, bytes);
  }

  void end(StepIndex step) override {
    for (LogFile& file : files_[position(step)])
      if (const int error = file.close()) warn(file.path(), error);
    next_->end(step);
  }

  [[nodiscard]] bool ready(StepIndex step, Stream stream) const override {
    return next_->ready(step, stream);
  }
  void say(std::string_view lines) override { next_->say(lines); }
  void resume() override { next_->resume(); }
  [[nodiscard]] bool busy() const override { return next_->busy(); }

 private:
  static Error refuse(const fs::path& path, int error) {
    return {ErrorCode::io, std::string("can't create the logs: ") + std::strerror(error), path.string(),
            "--log-dir names a folder that can be written"};
  }

  void warn(const fs::path& path, int error) {
    if (std::exchange(warned_, true)) return;
    tell(path, "can't write the log", error, "the logs of this run are not complete");
  }

  void tell(const fs::path& path, std::string_view what, int error, std::string_view effect) {
    next_->say(
        fmt::format("dream: {}: {}: {}; {}\n", printable(path.string()), what, std::strerror(error), effect));
  }

  /// Whoever reads it sees the old one or the new one, each whole. What isn't known to be complete yet isn't
  /// called so: this one may be the last that the disk has room for. 0, or what went wrong.
  int write_index(std::optional<int> exit_code, std::span<const engine::Outcome> outcomes) {
    JsonLine json;
    json.begin_object().member("v", 1).member("exitCode", exit_code).begin_array("steps");
    for (std::size_t at = 0; at < files_.size(); ++at) {
      const auto& [out, err] = files_[at];
      json.begin_object()
          .member("step", to_string(plan_.steps[at].id))
          .member("stdout", out.name())
          .member("stderr", err.name())
          .member("complete", exit_code && out.complete() && err.complete());
      if (at < outcomes.size()) add_outcome(json, outcomes[at], plan_, began_);
      json.end_object();
    }
    json.end_array().end_object();
    LogFile next(folder_, "index.json.new");
    int error = next.create();
    if (error == 0) error = next.append(json.line());
    if (error == 0) error = next.close();
    if (error == 0 && ::rename(next.path().c_str(), (folder_ / "index.json").c_str()) != 0) error = errno;
    if (error != 0) ::unlink(next.path().c_str());
    return error;
  }

  fs::path folder_;
  const Plan& plan_;
  std::unique_ptr<Renderer> next_;
  std::vector<std::array<LogFile, 2>> files_;  ///< of each step: stdout, stderr
  Instant began_;
  Descriptor lock_;  ///< the folder: one run at a time writes there
  bool warned_ = false;
};

}  // namespace

std::unique_ptr<Renderer> make_log_directory(fs::path folder, const Plan& plan,
                                             std::unique_ptr<Renderer> next) {
  return std::make_unique<LogDirectory>(std::move(folder), plan, std::move(next));
}

}  // namespace dream::output
