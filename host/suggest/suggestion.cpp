#include "suggest/suggestion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <utility>

#include "base/text.hpp"
#include "config/env_expansion.hpp"
#include "config/secrets.hpp"
#include "probe/log_line.hpp"

namespace dream::suggest {

namespace {

/// What comes later than this after what was last seen belongs to the work of a step, not to its start.
constexpr Duration longest_gap = std::chrono::seconds(1);

/// Words of servers that take requests, and of programs that are through with their start.
constexpr std::array<std::string_view, 6> serving_words{"ready",   "listening", "accepting",
                                                        "serving", "listens",   "available"};
constexpr std::array<std::string_view, 7> running_words{"started",  "running", "watching",   "compiled",
                                                        "launched", "online",  "initialized"};

constexpr std::string_view blanks = " \t";

bool is_letter(char byte) {
  return std::isalpha(static_cast<unsigned char>(byte)) != 0;
}

/// Rather than a sign or a line that is drawn.
bool is_text(char byte) {
  return is_letter(byte) || static_cast<unsigned char>(byte) >= 0x80U;
}

bool has_digit(std::string_view word) {
  return std::ranges::any_of(word, [](unsigned char byte) { return std::isdigit(byte) != 0; });
}

bool has_word(std::string_view line, std::string_view word) {
  std::string lower;
  std::ranges::transform(line, std::back_inserter(lower),
                         [](unsigned char byte) { return std::tolower(byte); });
  for (std::size_t at = lower.find(word); at != std::string::npos; at = lower.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !is_letter(lower[at - 1])) && (end == lower.size() || !is_letter(lower[end])))
      return !has_word(lower.substr(0, at), "not");
  }
  return false;
}

/// Those that it opened one soon after the other when it started, and still has.
std::vector<Seen::Port> ports_of_the_start(const Seen& seen, bool by_chance) {
  std::vector<Seen::Port> found;
  for (const Seen::Port& port : seen.ports) {
    if (!port.open || port.is_chance != by_chance) continue;
    if (!found.empty() && port.after > found.back().after + longest_gap) break;
    found.push_back(port);
  }
  return found;
}

std::string port_words(std::span<const Seen::Port> ports) {
  std::vector<std::string> numbers;
  for (const Seen::Port& port : ports) numbers.push_back(std::to_string(port.number));
  return (numbers.size() == 1 ? "port " : "ports ") + join_words(numbers);
}

/// What could be written, and why.
struct Sign {
  Probe ready;
  Duration after{};
  std::string why;
  std::string doubt;  ///< empty: it is sure
};

constexpr const char* no_sign = "it may be no sign that it is ready";

/// A number of the step's own `ports` is written by its name: it may be another one the next time.
PortProbe probe_of(std::span<const Seen::Port> ports, const Step& step) {
  PortProbe probe;
  for (const Seen::Port& port : ports) {
    const auto own = std::ranges::find(step.ports, port.number, &Port::number);
    if (own != step.ports.end())
      probe.names.push_back(own->name);
    else
      probe.ports.push_back(port.number);
  }
  std::ranges::sort(probe.ports);
  return probe;
}

std::optional<Sign> sign_of_ports(const Step& step, const Seen& seen) {
  Sign sign{.ready = PortProbe{}};
  std::vector<Seen::Port> ports = ports_of_the_start(seen, false);
  if (ports.empty()) {
    ports = ports_of_the_start(seen, true);
    sign.doubt =
        "it may be another one the next time, as it stands neither on its command line nor in its "
        "environment";
  }
  if (ports.empty()) return std::nullopt;
  sign.after = ports.back().after;
  sign.why = "listens on " + port_words(ports);
  sign.ready = probe_of(ports, step);
  return sign;
}

/// What stays of a line from run to run: the text between the words that have digits in them (times, pids,
/// ports), or what isn't shown.
std::vector<std::string_view> lasting_pieces(const Seen::Line& seen) {
  constexpr std::size_t longest = 80;
  const std::string_view line = seen.text;
  std::vector<std::string_view> pieces;
  bool goes_on = false;
  for (std::size_t at = line.find_first_not_of(blanks); at < line.size();) {
    const std::size_t end = std::min(line.find_first_of(blanks, at), line.size());
    const std::string_view word = line.substr(at, end - at);
    const std::size_t begin = goes_on ? static_cast<std::size_t>(pieces.back().data() - line.data()) : at;
    const bool is_hidden = seen.is_masked && word.find(config::mask) != std::string_view::npos;
    if (has_digit(word) || is_hidden || !is_printable(word)) {
      goes_on = false;
    } else if (goes_on && end - begin <= longest) {
      pieces.back() = line.substr(begin, end - begin);
    } else if (word.size() <= longest) {
      pieces.push_back(word);
      goes_on = true;
    }
    at = line.find_first_not_of(blanks, end);
  }
  std::erase_if(pieces, [](std::string_view piece) { return std::ranges::none_of(piece, is_text); });
  return pieces;
}

/// The last line with lasting text that it wrote in one go when it started.
const Seen::Line* last_of_the_start(const std::vector<Seen::Line>& lines) {
  const Seen::Line* last = nullptr;
  for (const Seen::Line& line : lines) {
    if (last != nullptr && line.after > last->after + longest_gap) break;
    if (!lasting_pieces(line).empty()) last = &line;
  }
  return last;
}

using Words = std::span<const std::string_view>;

bool has_any(std::string_view text, Words words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return has_word(text, word); });
}

const Seen::Line* first_with(const std::vector<Seen::Line>& lines, Words words) {
  const auto found = std::ranges::find_if(lines, [&](const Seen::Line& line) {
    return std::ranges::any_of(lasting_pieces(line),
                               [&](std::string_view piece) { return has_any(piece, words); });
  });
  return found == lines.end() ? nullptr : &*found;
}

/// As LogProbe has it.
std::string escaped(std::string_view text) {
  std::string all;
  for (const char byte : text) all += byte == '*' ? std::string("\\*") : std::string(1, byte);
  return all;
}

/// The first line of these that a text is in.
const Seen::Line* first_match(const std::vector<Seen::Line>& lines, const std::string& pattern) {
  const probe::LinePattern known(pattern);
  const auto found =
      std::ranges::find_if(lines, [&](const Seen::Line& line) { return known.is_in(line.text); });
  return found == lines.end() ? nullptr : &*found;
}

/// What finds this line: the piece of it that has one of the words, unless an earlier line has that, too;
/// else all of its pieces.
std::string pattern_for(const Seen::Line& line, const std::vector<Seen::Line>& lines, Words words) {
  const std::vector<std::string_view> pieces = lasting_pieces(line);
  const auto telling =
      std::ranges::find_if(pieces, [&](std::string_view piece) { return has_any(piece, words); });
  if (telling != pieces.end())
    if (std::string narrow = escaped(*telling); first_match(lines, narrow) == &line) return narrow;
  std::string whole;
  for (const std::string_view piece : pieces) whole += (whole.empty() ? "" : "*") + escaped(piece);
  return whole;
}

std::optional<Sign> sign_of_lines(const Seen& seen) {
  Words words = serving_words;
  const Seen::Line* line = first_with(seen.lines, words);
  if (line == nullptr) line = first_with(seen.lines, words = running_words);
  const bool is_sure = line != nullptr;
  if (line == nullptr) line = last_of_the_start(seen.lines);
  if (line == nullptr) return std::nullopt;
  const std::string pattern = pattern_for(*line, seen.lines, words);
  const Seen::Line* first = first_match(seen.lines, pattern);
  return Sign{.ready = LogProbe{pattern},
              .after = first == nullptr ? line->after : first->after,
              .why = "wrote " + in_quotes(line->text),
              .doubt = is_sure ? "" : no_sign};
}

/// Whoever makes a socket is there for others; another file may be anything.
std::optional<Sign> sign_of_files(const Seen& seen) {
  auto file = std::ranges::find_if(seen.files, &Seen::File::is_socket);
  const bool is_sure = file != seen.files.end();
  if (!is_sure) file = seen.files.begin();
  if (file == seen.files.end() || !is_printable(file->name)) return std::nullopt;
  return Sign{.ready = FileProbe{file->name},
              .after = file->after,
              .why = (is_sure ? "made the socket " : "made the file ") + in_quotes(file->name),
              .doubt = is_sure ? "" : no_sign};
}

/// The best one that is sure, else the best.
std::optional<Sign> sign_of(const Step& step, const Seen& seen) {
  std::optional<Sign> best;
  for (std::optional<Sign> sign : {sign_of_ports(step, seen), sign_of_lines(seen), sign_of_files(seen)}) {
    if (sign && (!best || (sign->doubt.empty() && !best->doubt.empty()))) best = std::move(sign);
  }
  return best;
}

/// Why nothing can be suggested, whatever was seen; empty: it can.
std::string obstacle(const Seen& seen) {
  switch (seen.course) {
    case Seen::Course::not_started:
      return "was not started";
    case Seen::Course::ended_by_itself:
      return fmt::format("ended by itself after {}: without \"async\" the next step waits for its end",
                         human_duration(seen.ran));
    case Seen::Course::failed:
      return fmt::format("failed after {}", human_duration(seen.ran));
    case Seen::Course::stopped:
      return {};
  }
  return {};
}

Suggestion suggestion_for(StepIndex index, const Step& step, const Seen& seen) {
  Suggestion suggestion{.step = index};
  if (!step.ready.empty()) {
    suggestion.why = seen.ready ? fmt::format("is ready by its own \"ready\" after {}: take its delay away",
                                              human_duration(*seen.ready))
                                : "was not ready by its own \"ready\"";
    suggestion.after = seen.ready.value_or(step.delay);
    return suggestion;
  }
  suggestion.why = obstacle(seen);
  if (!suggestion.why.empty()) return suggestion;
  if (std::optional<Sign> sign = sign_of(step, seen)) {
    suggestion.ready = std::move(sign->ready);
    suggestion.after = sign->after;
    suggestion.why = std::move(sign->why);
    suggestion.doubt = std::move(sign->doubt);
    return suggestion;
  }
  suggestion.why =
      fmt::format("nothing was seen in {}: {}", human_duration(seen.ran),
                  seen.is_here ? "it listens on no port and wrote no line"
                               : "its processes can't be looked into from here, and it wrote no line");
  return suggestion;
}

}  // namespace

const Dependency* entry_of(const Step& step, const Workspace& workspace) {
  if (!step.where.known()) return nullptr;
  const Dependency* found = nullptr;
  workspace.for_each_entry([&](const std::string&, const Dependency& entry) {
    if (entry.where == step.where) found = &entry;
  });
  return found;
}

std::vector<StepIndex> steps_of_interest(const Plan& plan, const Workspace& workspace) {
  std::vector<StepIndex> steps;
  for (std::size_t at = 0; at + 1 < plan.steps.size(); ++at) {
    const Step& step = plan.steps[at];
    if (!step.background || (!step.ready.empty() && step.delay == Duration::zero())) continue;
    const Dependency* entry = entry_of(step, workspace);
    if (entry != nullptr && entry->wait_for == WaitFor::started) continue;  // nobody wants to wait
    steps.push_back(StepIndex(at));
  }
  return steps;
}

std::vector<Suggestion> suggestions(const Plan& plan, std::span<const StepIndex> steps,
                                    std::span<const Seen> seen) {
  std::vector<Suggestion> all;
  for (const StepIndex step : steps)
    all.push_back(suggestion_for(step, plan.steps[position(step)], seen[position(step)]));
  return all;
}

std::string probe_json(const Probe& probe) {
  if (const auto* port = std::get_if<PortProbe>(&probe)) {
    std::vector<std::string> words;
    for (const std::string& name : port->names) words.push_back(json_string(name));
    for (const std::uint16_t number : port->ports) words.push_back(std::to_string(number));
    if (words.size() == 1) return fmt::format(R"({{ "port": {} }})", words.front());
    return fmt::format(R"({{ "port": [{}] }})", fmt::join(words, ", "));
  }
  if (const auto* log = std::get_if<LogProbe>(&probe))
    return fmt::format(R"({{ "log": {} }})", json_string(config::with_escaped_dollars(log->text)));
  if (const auto* file = std::get_if<FileProbe>(&probe))
    return fmt::format(R"({{ "file": {} }})", json_string(config::with_escaped_dollars(file->path)));
  return {};
}

}  // namespace dream::suggest
