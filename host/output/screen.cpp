#include "output/screen.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cstdlib>
#include <utility>

#include "output/label.hpp"

namespace dream::output {

namespace {

/// Far wider than any window: what is longer is not worth redrawing all the time.
constexpr std::size_t longest_drawn = 4096;

constexpr std::string_view erase_line = "\r\x1b[K";
/// A line that is too wide is cut by the terminal: a second row could not be taken away again.
constexpr std::string_view wrap_off = "\x1b[?7l";
constexpr std::string_view wrap_on = "\x1b[?7h";

/// Of a text that may have colours.
std::size_t columns_shown(std::string_view text) {
  ScreenLine line;
  line.write(text, [](std::string_view) {});
  return line.columns();
}

}  // namespace

Screen::Ability Screen::ability_of_terminal() {
  const char* name = std::getenv("TERM");
  const bool plain = name == nullptr || *name == '\0' || std::string_view(name) == "dumb";
  return plain ? Ability::plain : Ability::can_rewrite;
}

Screen::Screen(boost::asio::io_context& context, Writer& writer, Ability ability, Duration settle_time)
    : context_(context),
      writer_(writer),
      ability_(ability),
      window_columns_(writer.window_columns()),
      settle_time_(settle_time),
      settle_timer_(context) {}

Screen::~Screen() {
  *alive_ = false;
}

Mixer::StreamId Screen::add_stream(std::string label) {
  const std::size_t label_columns = columns_shown(label);
  sources_.push_back({.label = std::move(label), .label_columns = label_columns, .line = {}});
  return sources_.size() - 1;
}

bool Screen::write(StreamId stream, std::string_view bytes) {
  Source& source = sources_[stream];
  if (window_columns_ > 0) source.line.set_width(columns_beside_label(window_columns_, source.label_columns));
  source.line.write(bytes, [&](std::string_view line) { write_line(source, line); });
  update(stream);
  if (source.line.redraws()) watch_redrawing();
  return writer_.room();
}

void Screen::end(StreamId stream) {
  Source& source = sources_[stream];
  source.line.end([&](std::string_view line) { write_line(source, line); });
  update(stream);
  const auto redraws = [](const Source& one) { return one.line.redraws(); };
  if (settle_timer_.is_set() && std::none_of(sources_.begin(), sources_.end(), redraws))
    settle_timer_.cancel();
}

bool Screen::room(StreamId /*stream*/) const {
  return writer_.room();
}

void Screen::write_line(const Source& source, std::string_view line) {
  take_away();
  writer_.append(source.label);
  writer_.append(line);
  writer_.append("\n");
}

/// Many changes in one turn of the loop are drawn once, and go out together with the lines before them.
void Screen::update(StreamId stream) {
  if (sources_[stream].line.shows()) {
    last_ = stream;
  } else if (last_ == stream) {
    last_ = none;
    take_away();
  }
  refresh();
}

void Screen::refresh() {
  if (last_ != none && ability_ == Ability::can_rewrite && !std::exchange(draw_posted_, true)) {
    boost::asio::post(context_, [this, alive = alive_] {
      if (*alive) draw();
    });
  }
  writer_.commit();
}

void Screen::take_away() {
  if (std::exchange(drawn_, false)) writer_.append(erase_line);
}

void Screen::watch_redrawing() {
  if (!settle_timer_.is_set()) settle_timer_.call_after(settle_time_, [this] { settle(); });
}

void Screen::settle() {
  for (StreamId stream = 0; stream < sources_.size(); ++stream) {
    Source& source = sources_[stream];
    if (!source.line.redraws()) continue;
    if (source.line.settle([&](std::string_view line) { write_line(source, line); })) watch_redrawing();
    if (last_ == stream) {
      update(stream);
    } else {
      refresh();
    }
  }
}

/// Also while there is no room: of what is held back then nobody would draw it later. It adds little, as each
/// stream writes once at most until there is room.
void Screen::draw() {
  draw_posted_ = false;
  window_columns_ = writer_.window_columns();
  if (last_ == none) return;
  const Source& source = sources_[last_];
  const std::string text = source.line.text();
  if (text.size() > longest_drawn) return;
  take_away();
  for (const std::string_view part :
       {wrap_off, std::string_view(source.label), std::string_view(text), wrap_on})
    writer_.append(part);
  drawn_ = true;
  writer_.commit();
}

}  // namespace dream::output
