#include "output/left_open.hpp"

#include <algorithm>
#include <array>
#include <ranges>
#include <span>
#include <utility>

#include "output/terminal_bytes.hpp"

namespace dream::output {

namespace {

/// Longer ones are neither a style nor the begin of a link, which tells whether it has an address.
constexpr std::size_t most_of_a_sequence = 256;
constexpr std::string_view string_end = "\x1b\\";

/// DEC's modes that change what a user sees or what a key sends; a program finds those with `true` set.
struct KnownMode {
  std::string_view number;
  bool set = false;
};
constexpr std::array<KnownMode, 16> private_modes{{{"1"},
                                                   {"5"},
                                                   {"7", true},
                                                   {"25", true},
                                                   {"47"},
                                                   {"1000"},
                                                   {"1002"},
                                                   {"1003"},
                                                   {"1004"},
                                                   {"1005"},
                                                   {"1006"},
                                                   {"1015"},
                                                   {"1047"},
                                                   {"1049"},
                                                   {"2004"},
                                                   {"2026"}}};
constexpr std::array<KnownMode, 2> ansi_modes{{{"4"}, {"20"}}};

/// For a sequence that puts the cursor into the corner.
std::string keeping_cursor(std::string_view sequence) {
  return "\0337" + std::string(sequence) + "\0338";
}

}  // namespace

void LeftOpen::follow(std::string_view bytes) {
  while (!bytes.empty()) {
    constexpr std::string_view begins{"\x1b\x0e\x0f"};
    if (sequence_.empty()) bytes.remove_prefix(std::min(bytes.find_first_of(begins), bytes.size()));
    if (bytes.empty()) return;
    const char byte = bytes.front();
    bytes.remove_prefix(1);
    if (byte == shift_out || byte == shift_in) mark("shift", byte == shift_out, {{shift_out}, {shift_in}});
    const bool is_new = std::exchange(before_, byte) == escape_character && byte != '\\';
    const bool goes_on = sequence_.starts_with("\x1b]") && !is_new;
    if (scanner_.is_text(byte)) {
      sequence_.clear();  // broken off
    } else {
      if (is_new) sequence_ = escape_character;
      if (byte == escape_character && !goes_on) sequence_.clear();
      if (sequence_.size() < most_of_a_sequence) sequence_ += byte;
    }
    if (!sequence_.empty() && !scanner_.is_within()) apply();
  }
}

std::string LeftOpen::take_end() {
  std::string end;
  if (scanner_.is_within()) end += string_end;
  follow(end);
  if (std::exchange(has_link_, false)) end += "\x1b]8;;\x1b\\";
  if (!std::exchange(style_, {}).plain()) end += "\x1b[0m";
  for (const auto& [name, mode] : std::exchange(modes_, {}) | std::views::reverse) end += mode.back;
  return end;
}

std::string LeftOpen::begin() const {
  std::string begin;
  for (const auto& [name, mode] : modes_) begin += mode.set;
  return begin + style_.sequence();
}

bool LeftOpen::has_other_screen() const {
  return modes_.contains("?47") || modes_.contains("?1047") || modes_.contains("?1049");
}

/// A sequence is whole.
void LeftOpen::apply() {
  const std::string_view whole = sequence_;
  const char last = whole.back();
  const bool is_control = whole.starts_with("\x1b[");
  const std::string_view parameters = is_control ? whole.substr(2, whole.size() - 3) : std::string_view();
  const bool has_numbers = parameters.find_first_not_of("0123456789;:") == std::string_view::npos;
  if (whole.starts_with("\x1b]8;")) {
    const std::size_t address = whole.find(';', 4) + 1;
    has_link_ = address != 0 && address < whole.size() && whole[address] != '\a' && whole[address] != '\x1b';
  } else if (!std::ranges::all_of(whole.substr(1), is_printable_ascii)) {
    // for no terminal that we know
  } else if (is_control && last == 'm') {
    if (has_numbers) style_.apply(parameters);
    if (parameters == ">4" || parameters.starts_with(">4;"))
      mark("keys of xterm", parameters != ">4" && !parameters.ends_with(";0"), {sequence_, "\x1b[>4m"});
  } else if (is_control && (last == 'h' || last == 'l')) {
    apply_modes(parameters, last == 'h');
  } else if (is_control && last == 'r' && has_numbers) {
    mark("rows", !parameters.empty(), {keeping_cursor(whole), keeping_cursor("\033[r")});
  } else if (is_control && last == 'u') {
    const char kind = parameters.empty() ? '\0' : parameters.front();
    if (kind == '=')
      mark("keys of kitty", parameters.substr(1, 1) != "0", {sequence_, "\x1b[=0u"});
    else if (kind == '>' || kind == '<')
      mark("keys of kitty", kind == '>', {sequence_, "\x1b[<u"});
  } else if (is_control && last == 'q' && parameters.ends_with(' ')) {
    mark("shape of the cursor", parameters != " " && parameters != "0 ", {sequence_, "\x1b[0 q"});
  } else if (whole.size() == 3 && (whole[1] == '(' || whole[1] == ')')) {
    mark(whole.substr(1, 1), last != 'B', {sequence_, std::string(whole.substr(0, 2)) + "B"});
  } else if (whole == "\x1b=" || whole == "\x1b>") {
    mark("keypad", last == '=', {"\x1b=", "\x1b>"});
  } else if (whole ==
             "\x1b"
             "c") {
    has_link_ = false;
    style_ = {};
    modes_.clear();
  }
  sequence_.clear();
}

void LeftOpen::apply_modes(std::string_view parameters, bool on) {
  const bool is_private = parameters.starts_with('?');
  if (is_private) parameters.remove_prefix(1);
  const std::span<const KnownMode> known =
      is_private ? std::span<const KnownMode>(private_modes) : std::span<const KnownMode>(ansi_modes);
  while (!parameters.empty()) {
    const std::string_view number = take_parameter(parameters);
    const auto mode = std::ranges::find(known, number, &KnownMode::number);
    if (mode == known.end()) continue;
    const std::string name = (is_private ? "?" : "") + std::string(number);
    mark(name, on != mode->set,
         {"\x1b[" + name + (mode->set ? 'l' : 'h'), "\x1b[" + name + (mode->set ? 'h' : 'l')});
  }
}

void LeftOpen::mark(std::string_view name, bool differs, Mode mode) {
  if (differs)
    modes_.insert_or_assign(std::string(name), std::move(mode));
  else if (const auto known = modes_.find(name); known != modes_.end())
    modes_.erase(known);
}

}  // namespace dream::output
