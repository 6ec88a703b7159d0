#include "history/recorder.hpp"

#include <cstring>
#include <utility>
#include <variant>

#include "base/open_file.hpp"
#include "base/text.hpp"
#include "history/record.hpp"

namespace dream::history {

Recorder::Recorder(const Plan& plan, plugin::Place place, Header header, const Limits& limits)
    : place_(std::move(place)),
      header_(std::move(header)),
      limits_(limits),
      lines_(output::make_event_lines(plan, read_clock, [this](std::string_view line) { take(line); })) {}

/// Reporters may refuse a run. A record is no reason for that.
Result<void> Recorder::begin(Instant now) {
  begun_ = true;
  Result<Archive> archive = Archive::make(place_);
  if (!archive) {
    tell("this run isn't recorded", archive.error());
    return {};
  }
  archive_ = std::make_unique<Archive>(std::move(*archive));
  if (mask_)
    for (std::string& word : header_.command_line) word = mask_(std::move(word));
  const std::filesystem::path root = header_.run.root;
  archive_->make_room(mark_of(root), limits_);
  std::string name = name_of(root, header_.run.started_ms, header_.run.run);
  Result<RecordFile> file =
      RecordFile::create(archive_->folder(), std::move(name), to_line(header_), limits_.bytes_of_run);
  if (!file) {
    Error error = file.error();
    error.where = archive_->path().string();
    tell("this run isn't recorded", error);
    return {};
  }
  file_ = std::move(*file);
  Result<void> begun = lines_->begin(now);
  if (too_long_) {
    file_->remove();
    file_.reset();
    tell("this run isn't recorded", {ErrorCode::io, "it has too many steps", {}, {}});
  }
  for (const auto& [level, words] : early_) lines_->words(level, words);
  early_.clear();
  return begun;
}

void Recorder::report(Instant now, const engine::Action& action, std::span<const engine::Outcome> outcomes) {
  if (!file_) return;
  if (const auto* ended = std::get_if<engine::StepEnded>(&action)) lines_->end(ended->step);
  if (const auto* over = std::get_if<engine::AttemptEnded>(&action)) lines_->end(over->attempt.step);
  lines_->report(now, action, outcomes);
  if (std::exchange(too_long_, false))
    tell("the record of this run has gaps", {ErrorCode::io, "a line of it would be too long", {}, {}});
}

void Recorder::hear(StepIndex step, Stream stream, std::string_view bytes) {
  if (file_) lines_->write(step, stream, bytes);
}

void Recorder::hear_words(LogLevel level, std::string_view words) {
  constexpr std::size_t most_early = 100;
  if (file_) lines_->words(level, printable(words));
  if (!begun_ && early_.size() < most_early) early_.emplace_back(level, printable(words));
}

void Recorder::take(std::string_view line) {
  if (!file_) return;
  if (line.size() > Record::longest_line) {  // no reader takes it
    too_long_ = true;
    whole_ = false;
    return;
  }
  const int problem = file_->append(line);
  if (problem == 0) return;
  tell("the record of this run has gaps",
       {ErrorCode::io, std::string("can't be written: ") + std::strerror(problem), archive_->path().string(),
        system_remedy(problem)});
}

void Recorder::tell(const char* what, const Error& error) {
  if (const auto tell = std::exchange(tell_, {})) tell(std::string(what) + ": " + to_string(error));
}

}  // namespace dream::history
