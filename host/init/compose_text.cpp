#include "init/compose_text.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <string_view>
#include <vector>

#include "config/env_expansion.hpp"

namespace dream::init {

namespace {

/// What no compose file needs: an alias can stand for itself, and ten of ten each for a million nodes.
constexpr int most_depth = 64;
constexpr int most_nodes = 100'000;
/// Of all values together: an alias of a long text stands for it again and again.
constexpr std::size_t most_bytes_of_values = std::size_t{8} << 20U;

/// Of a text that can't begin a document, such as ",", the library takes one empty document after the other,
/// for ever.
class DocumentsGoOn : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override {
    if (mark.pos == last_) throw YAML::ParserException(mark, "nothing can begin so");
    last_ = mark.pos;
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& /*mark*/, YAML::anchor_t /*anchor*/) override {}
  void OnAlias(const YAML::Mark& /*mark*/, YAML::anchor_t /*anchor*/) override {}
  void OnScalar(const YAML::Mark& /*mark*/, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                const std::string& /*value*/) override {}
  void OnSequenceStart(const YAML::Mark& /*mark*/, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                       YAML::EmitterStyle::value /*style*/) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& /*mark*/, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                  YAML::EmitterStyle::value /*style*/) override {}
  void OnMapEnd() override {}

 private:
  int last_ = -1;
};

class Resolver {
 public:
  explicit Resolver(ComposeVariables* variables) : variables_(variables) {}

  YAML::Node resolved(const YAML::Node& node, int level = 0) {
    count(node, level);
    if (node.IsScalar()) {
      const std::string text = variables_ != nullptr ? variables_->expanded(node.Scalar()) : node.Scalar();
      bytes_ += text.size();
      if (bytes_ > most_bytes_of_values)
        throw YAML::ParserException(node.Mark(), "too much text in its values");
      if (variables_ != nullptr && node.Scalar().find('$') != std::string::npos)
        return written_scalar(text, variables_->written(node.Scalar()));
      YAML::Node scalar(text);
      scalar.SetTag(node.Tag());  // "!": it was quoted
      return scalar;
    }
    YAML::Node copy = node.IsMap() ? resolved_map(node, level) : YAML::Node(node.Type());
    if (node.IsDefined() && node.Tag().starts_with('!')) copy.SetTag(node.Tag());
    if (node.IsSequence()) {
      for (const YAML::Node& one : node) copy.push_back(resolved(one, level + 1));
    }
    return copy;
  }

 private:
  void count(const YAML::Node& node, int level) {
    if (++nodes_ > most_nodes || level > most_depth)
      throw YAML::ParserException(node.Mark(), "too many values, or an alias that holds itself");
  }

  YAML::Node resolved_map(const YAML::Node& node, int level) {
    MapMaker map;
    for (const auto& member : node) {
      if (member.first.IsScalar() && member.first.Scalar() != "<<")
        map.set(member.first.Scalar(), resolved(member.second, level + 1));
    }
    merge(map, node["<<"], level);
    return map.made();
  }

  /// The members of `merged`, a map or a list of maps, that `own` hasn't.
  void merge(MapMaker& own, const YAML::Node& merged, int level) {
    if (!merged) return;
    count(merged, level);
    if (merged.IsSequence()) {
      for (const YAML::Node& one : merged) merge(own, one, level + 1);
      return;
    }
    const YAML::Node others = resolved(merged, level + 1);
    if (!others.IsMap()) return;
    for (const auto& member : others) own.add(member.first.Scalar(), member.second);
  }

  ComposeVariables* variables_;
  int nodes_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace

void MapMaker::set(const std::string& name, const YAML::Node& value) {
  const auto [known, is_new] = places_.try_emplace(name, members_.size());
  if (is_new)
    members_.emplace_back(name, value);
  else
    members_[known->second].second.reset(value);
}

void MapMaker::add(const std::string& name, const YAML::Node& value) {
  if (places_.try_emplace(name, members_.size()).second) members_.emplace_back(name, value);
}

YAML::Node MapMaker::made() const {
  YAML::Node map(YAML::NodeType::Map);
  // Each value gets a node of its own: other maps may hold the same one, and be changed.
  for (const auto& [name, value] : members_) map.force_insert(name, YAML::Node(YAML::NodeType::Null));
  auto place = map.begin();
  for (const auto& [name, value] : members_) (place++)->second = value;
  return map;
}

namespace {

/// Stands for a dollar that begins a variable.
constexpr char mark_of_dollar = '\x01';

bool is_of_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// NAME of each "${NAME:?why}" and "${NAME?why}".
std::set<std::string, std::less<>> names_that_must_be(std::string_view text) {
  std::set<std::string, std::less<>> names;
  for (std::size_t at = text.find("${"); at != std::string_view::npos; at = text.find("${", at + 2)) {
    std::size_t end = at + 2;
    while (end < text.size() && is_of_name(text[end])) ++end;
    if (end > at + 2 && (text.substr(end).starts_with(":?") || text.substr(end).starts_with('?')))
      names.emplace(text.substr(at + 2, end - at - 2));
  }
  return names;
}

/// Where the brace is closed that opens at `open`, as config::expand() has it; the size of the text: nowhere.
std::size_t closing_brace(std::string_view text, std::size_t open) {
  std::size_t levels = 0;
  for (std::size_t at = open; at < text.size(); ++at) {
    if (text[at] == '{') ++levels;
    if (text[at] == '}' && --levels == 0) return at;
  }
  return text.size();
}

/// Whether a text may stand behind `${NAME-`.
bool may_be_word(const std::string& text) {
  return closing_brace("{" + text + "}", 0) == text.size() + 1;
}

}  // namespace

ComposeVariables::ComposeVariables(config::Variables values, bool lenient)
    : values_(std::move(values)), lenient_(lenient) {
  for (const auto& [name, value] : values_) secrets_.see(name, value);
}

std::optional<std::string> ComposeVariables::value(const std::string& name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::nullopt : std::optional(found->second);
}

void ComposeVariables::add_defaults(const std::vector<std::filesystem::path>& files,
                                    const config::Variables& values, const config::Variables& written) {
  if (!values.empty()) files_.insert(files.begin(), files.end());
  config::Secrets telling;  // "root" is the password of many and a word of others' values
  for (const auto& [name, value] : values_) telling.see_entry(fmt::format("{}={}", name, value));
  for (const auto& [name, value] : values) telling.see_entry(fmt::format("{}={}", name, value));
  for (const auto& [name, value] : values) {
    secrets_.see(name, value);
    const bool is_new = values_.emplace(name, value).second;
    std::string text = config::with_escaped_dollars(written.at(name));
    std::ranges::replace(text, mark_of_dollar, '$');
    if (text == "${" + name + "}" || without_default_.contains(name)) continue;
    const bool is_secret = config::names_secret(name) || telling.masked(text) != text;
    if (!is_secret && may_be_word(text))
      defaults_.emplace(name, std::move(text));
    else if (is_new)
      without_default_.insert(name);
  }
}

std::optional<std::string> ComposeVariables::marked(const std::string& name) {
  std::optional<std::string> made = written_value(name);
  if (made) std::ranges::replace(*made, '$', mark_of_dollar);
  return made;
}

void ComposeVariables::join(const ComposeVariables& included) {
  demanded_.insert(included.demanded_.begin(), included.demanded_.end());
  withheld_.insert(included.withheld_.begin(), included.withheld_.end());
  files_.insert(included.files_.begin(), included.files_.end());
  secrets_.add(included.secrets_);
}

std::string ComposeVariables::expanded(const std::string& text) {
  if (text.find('$') == std::string::npos) return text;
  std::map<std::string, std::string, std::less<>> kept;  // stand for themselves
  std::string asked;
  const std::set<std::string, std::less<>> must_be = names_that_must_be(text);  // each where it is asked for
  const auto lookup = [&](const std::string& name) -> std::optional<std::string_view> {
    asked = name;
    if (must_be.contains(name) && !defaults_.contains(name)) demanded_.insert(name);
    if (const auto self = kept.find(name); self != kept.end()) return self->second;
    const auto found = values_.find(name);
    return found == values_.end() ? std::nullopt : std::optional<std::string_view>(found->second);
  };
  // An empty value is none to `${NAME:?why}`.
  const auto has_value = [&](const std::string& name) {
    const auto found = values_.find(name);
    return found != values_.end() && !(must_be.contains(name) && found->second.empty());
  };
  while (true) {
    asked.clear();
    const Result<config::Expanded> made = config::expand(text, lookup, most_bytes_of_values);
    if (made && made->unset.empty()) return made->text;
    std::vector<std::string> names = made ? made->unset : std::vector{asked};
    // All of them at once: to begin anew for each would take long for many.
    if (!made && kept.empty()) names.insert(names.end(), must_be.begin(), must_be.end());
    std::size_t added = 0;
    for (const std::string& name : names)
      if (!name.empty() && !has_value(name) && kept.emplace(name, "${" + name + "}").second) ++added;
    if (added == 0 && made) return made->text;
    if (added == 0 && lenient_) return text;
    // A variable that must be set stands for itself, too; all else is wrong.
    if (added == 0) throw YAML::Exception(YAML::Mark::null_mark(), made.error().message);
  }
}

/// "$NAME" as "${NAME}", "${NAME:?why}" as "${NAME}": without a value, nothing else of dream.json would work.
std::string ComposeVariables::written(std::string_view text) {
  std::string made;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '$' || at + 1 == text.size()) {
      made += text[at];
      continue;
    }
    if (text[at + 1] == '$') {
      made += "$$";
      ++at;
      continue;
    }
    const bool has_brace = text[at + 1] == '{';
    const std::size_t begin = at + (has_brace ? 2 : 1);
    std::size_t end = begin;
    const bool is_digit = begin < text.size() && text[begin] >= '0' &&
                          text[begin] <= '9';  // no name, and the text as it stands
    while (!is_digit && end < text.size() && is_of_name(text[end])) ++end;
    if (end == begin) {
      made += '$';
      continue;
    }
    const std::size_t close = has_brace ? closing_brace(text, at + 1) : end;
    made += written_form(std::string(text.substr(begin, end - begin)), text.substr(end, close - end));
    at = has_brace ? close : end - 1;
  }
  return made;
}

/// `operation`: what stands behind the name, ":-word".
std::string ComposeVariables::written_form(const std::string& name, std::string_view operation) {
  if (without_default_.contains(name)) withheld_.insert(name);
  const bool must_be = operation.starts_with(":?") || operation.starts_with('?');
  const auto found = defaults_.find(name);
  // An empty value is none to what begins with a colon.
  if (found == defaults_.end() || (found->second.empty() && operation.starts_with(':')))
    return "${" + name + (must_be ? "" : written(operation)) + "}";
  if (operation.starts_with(":+") || operation.starts_with('+'))
    return written(operation.substr(operation.find('+') + 1));
  const bool has_colon = operation.starts_with(":-");
  return "${" + name + (has_colon ? ":-" : "-") + found->second + "}";
}

std::optional<std::string> ComposeVariables::written_value(const std::string& name) {
  return value(name) ? std::optional(written("${" + name + "}")) : std::nullopt;
}

std::string written_text(const YAML::Node& scalar) {
  if (scalar.Tag().starts_with('$')) return scalar.Tag().substr(1);
  return config::with_escaped_dollars(scalar.Scalar());
}

YAML::Node written_scalar(const std::string& text, const std::string& written) {
  YAML::Node scalar(text);
  scalar.SetTag("$" + written);
  return scalar;
}

YAML::Node read_yaml(const std::string& text, ComposeVariables* variables) {
  return Resolver(variables).resolved(YAML::Load(text));
}

std::vector<YAML::Node> read_documents(const std::string& text, ComposeVariables* variables) {
  std::istringstream read(text);
  YAML::Parser parser(read);
  DocumentsGoOn check;
  while (parser.HandleNextDocument(check)) {
  }
  Resolver resolver(variables);
  std::vector<YAML::Node> documents = YAML::LoadAll(text);
  for (YAML::Node& one : documents) one.reset(resolver.resolved(one));
  return documents;
}

}  // namespace dream::init
