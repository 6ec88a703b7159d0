#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "history/archive.hpp"
#include "history/header.hpp"
#include "history/record_file.hpp"
#include "output/event_lines.hpp"
#include "output/overheard.hpp"

namespace dream::history {

/// Writes the record of a run: all that happens, what its steps write, and dream's own words, as lines of
/// JSON. It never keeps the run from anything: what goes wrong is told once, and left out.
class Recorder : public output::Listener {
 public:
  /// `plan` must outlive it. The run that it is told of begins later, or not at all: then there is no record.
  Recorder(const Plan& plan, plugin::Place place, Header header, const Limits& limits = {});
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  /// Who is told what goes wrong; at most once.
  void on_trouble(std::function<void(const std::string&)> tell) { tell_ = std::move(tell); }

  /// What makes words of the command line fit to be kept, asked when the record begins.
  void mask_words(std::function<std::string(std::string)> mask) { mask_ = std::move(mask); }

  [[nodiscard]] bool has_record() const { return file_.has_value(); }
  /// Nothing of what the steps have written till now is left out of it.
  [[nodiscard]] bool has_all() const { return file_ && file_->is_whole() && whole_; }

  Result<void> begin(Instant now) override;
  void report(Instant now, const engine::Action& action, std::span<const engine::Outcome> outcomes) override;
  void hear(StepIndex step, Stream stream, std::string_view bytes) override;
  void hear_words(LogLevel level, std::string_view words) override;

 private:
  void take(std::string_view line);
  void tell(const char* what, const Error& error);

  plugin::Place place_;
  Header header_;
  std::function<std::string(std::string)> mask_;
  Limits limits_;
  std::unique_ptr<Archive> archive_;
  std::optional<RecordFile> file_;  ///< none: not begun, or it can't be written
  std::unique_ptr<output::EventLines> lines_;
  std::vector<std::pair<LogLevel, std::string>> early_;  ///< words from before the begin
  bool begun_ = false;
  bool too_long_ = false;  ///< a line was
  bool whole_ = true;      ///< no line was
  std::function<void(const std::string&)> tell_;
};

}  // namespace dream::history
