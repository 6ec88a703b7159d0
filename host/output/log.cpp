#include "output/log.hpp"

#include <spdlog/details/null_mutex.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>

#include <cstdio>
#include <string>
#include <utility>

#include "base/text.hpp"

namespace dream::output {

namespace {

using WriteLine = std::function<void(std::string_view)>;

/// Hands each formatted line on. One thread logs, so nothing is locked.
class LineSink : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  LineSink(bool color, WriteLine write_line) : color_(color), write_line_(std::move(write_line)) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    std::string_view text(line.data(), line.size());
    if (!color_ || message.level < spdlog::level::warn) {
      write_line_(text);
      return;
    }
    text.remove_suffix(1);
    const char* start = message.level >= spdlog::level::err ? "\033[31m" : "\033[33m";
    write_line_(std::string(start).append(text).append("\033[0m\n"));
  }
  void flush_() override {}

 private:
  bool color_;
  WriteLine write_line_;
};

class SpdLog : public Log {
 public:
  SpdLog(LogLevel lowest, bool color, WriteLine write_line)
      : logger_("dream", std::make_shared<LineSink>(color, std::move(write_line))) {
    logger_.set_level(level(lowest));
    logger_.set_pattern(lowest == LogLevel::debug ? "dream: %H:%M:%S.%e %v" : "dream: %v");
  }

  [[nodiscard]] bool enabled(LogLevel wanted) const override { return logger_.should_log(level(wanted)); }

  void write(LogLevel wanted, std::string_view message) override {
    // Names, and what plugins and the system say of them, come from the repository.
    const std::string shown = printable(message);
    logger_.log(level(wanted), spdlog::string_view_t(shown.data(), shown.size()));
  }

 private:
  static spdlog::level::level_enum level(LogLevel wanted) {
    switch (wanted) {
      case LogLevel::debug:
        return spdlog::level::debug;
      case LogLevel::info:
        return spdlog::level::info;
      case LogLevel::warning:
        return spdlog::level::warn;
      case LogLevel::error:
        return spdlog::level::err;
    }
    return spdlog::level::err;
  }

  spdlog::logger logger_;
};

}  // namespace

std::unique_ptr<Log> make_log(LogLevel lowest, bool color, WriteLine write_line) {
  return std::make_unique<SpdLog>(lowest, color, std::move(write_line));
}

std::unique_ptr<Log> make_stderr_log(LogLevel lowest) {
  return make_log(lowest, false,
                  [](std::string_view line) { std::fwrite(line.data(), 1, line.size(), stderr); });
}

}  // namespace dream::output
