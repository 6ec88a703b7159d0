#include "cli/commands/log_printer.hpp"

#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/json_builder.hpp"
#include "base/text.hpp"
#include "base/write_all.hpp"
#include "output/outcome_json.hpp"
#include "output/tails.hpp"

namespace dream::cli {

LogPrinter::LogPrinter(Form form) : form_(form) {
  if (form == Form::raw || form == Form::json || ::isatty(STDOUT_FILENO) == 0) return;
  console_ = std::make_unique<output::Console>(
      context_,
      output::Console::Callbacks{.on_room = {}, .on_lost = [this](Stream, int error) { problem_ = error; }});
  screen_ = std::make_unique<output::Screen>(context_, console_->writer(Stream::out),
                                             output::Screen::ability_of_terminal());
}

bool LogPrinter::show(const std::vector<Written>& written) {
  for (const Written& one : written) {
    if (problem_ != 0) break;
    if (screen_)
      show_on_screen(one);
    else if (form_ == Form::raw)
      problem_ = write_all(STDOUT_FILENO, one.bytes);
    else
      show_lines(one);
  }
  if (screen_) write_out();
  return problem_ == 0;
}

int LogPrinter::finish() {
  for (const auto& [source, stream] : streams_) screen_->end(stream);
  if (screen_) write_out();
  std::string text;
  for (const auto& [source, line] : unfinished_) {
    if (line.empty()) continue;
    if (!text.empty() && !text.ends_with('\n')) text += '\n';
    text += shown(source.first, line);
  }
  if (problem_ == 0) problem_ = write_all(STDOUT_FILENO, text);
  return problem_;
}

void LogPrinter::show_on_screen(const Written& written) {
  const auto known = streams_.find({written.step, written.stream});
  const bool is_new = known == streams_.end();
  const output::Mixer::StreamId stream = is_new ? screen_->add_stream(label_of(written.step)) : known->second;
  if (is_new) streams_.emplace(Source{written.step, written.stream}, stream);
  screen_->write(stream, written.bytes);
}

/// A longer line than is kept is shown in parts.
void LogPrinter::show_lines(const Written& written) {
  constexpr std::size_t longest_line = output::StreamLines::longest_line;
  std::string& line = unfinished_[{written.step, written.stream}];
  std::string text;
  for (std::string_view rest = written.bytes; !rest.empty();) {
    const std::size_t end = rest.find('\n');
    const bool is_whole = end < longest_line - line.size();
    const std::size_t size = is_whole ? end + 1 : std::min(rest.size(), longest_line - line.size());
    line += rest.substr(0, size);
    rest.remove_prefix(size);
    if (!is_whole && line.size() < longest_line) break;
    text += shown(written.step, std::exchange(line, {}));
  }
  problem_ = write_all(STDOUT_FILENO, text);
}

/// A line, or a part of one that has no end yet: it gets one where it has a label.
std::string LogPrinter::shown(const std::string& step, std::string_view line) const {
  if (form_ == Form::plain) return std::string(line);
  const bool is_part = !line.ends_with('\n');
  if (!is_part) line.remove_suffix(1);
  if (form_ == Form::labelled) return label_of(step) + std::string(line) + '\n';
  JsonLine json;
  json.begin_object().member("step", step);
  output::add_data(json, line);
  if (is_part) json.member("partial", true);
  return json.end_object().line();
}

std::string LogPrinter::label_of(const std::string& step) const {
  return form_ == Form::labelled ? printable(step) + " | " : "";
}

void LogPrinter::write_out() {
  do {
    context_.restart();
    context_.poll();
  } while (problem_ == 0 && console_->pending() > 0 && context_.run_one() > 0);
}

}  // namespace dream::cli
