#include "cli/commands/log_printer.hpp"

#include <unistd.h>

#include "base/text.hpp"
#include "base/write_all.hpp"

namespace dream::cli {

namespace {

std::string label_of(const std::string& step) {
  return printable(step) + " | ";
}

}  // namespace

LogPrinter::LogPrinter(Form form) : form_(form) {
  if (form == Form::raw || ::isatty(STDOUT_FILENO) == 0) return;
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
    else if (form_ == Form::labelled)
      show_labelled(one);
    else
      problem_ = write_all(STDOUT_FILENO, one.bytes);
  }
  if (screen_) write_out();
  return problem_ == 0;
}

int LogPrinter::finish() {
  for (const auto& [step, stream] : streams_) screen_->end(stream);
  if (screen_) write_out();
  std::string text;
  for (const auto& [step, line] : unfinished_)
    if (!line.empty()) text += label_of(step) + line + "\n";
  if (problem_ == 0) problem_ = write_all(STDOUT_FILENO, text);
  return problem_;
}

void LogPrinter::show_on_screen(const Written& written) {
  const auto known = streams_.find(written.step);
  const bool is_new = known == streams_.end();
  const output::Mixer::StreamId stream =
      is_new ? screen_->add_stream(form_ == Form::labelled ? label_of(written.step) : "") : known->second;
  if (is_new) streams_.emplace(written.step, stream);
  screen_->write(stream, written.bytes);
}

void LogPrinter::show_labelled(const Written& written) {
  std::string& line = unfinished_[written.step];
  line += written.bytes;
  std::string text;
  std::size_t from = 0;
  for (std::size_t end = line.find('\n'); end != std::string::npos; end = line.find('\n', from)) {
    text += label_of(written.step) + line.substr(from, end + 1 - from);
    from = end + 1;
  }
  line.erase(0, from);
  problem_ = write_all(STDOUT_FILENO, text);
}

void LogPrinter::write_out() {
  do {
    context_.restart();
    context_.poll();
  } while (problem_ == 0 && console_->pending() > 0 && context_.run_one() > 0);
}

}  // namespace dream::cli
