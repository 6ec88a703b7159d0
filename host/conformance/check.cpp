#include "conformance/check.hpp"

#include <dream/dream.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <system_error>

#include "base/text.hpp"
#include "conformance/check_process.hpp"

namespace dream::conformance {

namespace {

namespace fs = std::filesystem;

/// A project's folder that has a task `dev` for whoever looks for one; gone with this object.
class Playground {
 public:
  Playground() {
    std::string name = (fs::temp_directory_path() / "dream-check-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) return;
    path_ = fs::canonical(name);
    for (const char* folder : {"empty", "state", "cache", "scripts"}) fs::create_directory(path_ / folder);
    std::ofstream(path_ / "package.json") << R"({"name": "check", "scripts": {"dev": "true"}})";
    std::ofstream(path_ / "deno.json") << R"({"tasks": {"dev": "true"}})";
    std::ofstream(path_ / "scripts/dev") << "#!/bin/sh\n";
    fs::permissions(path_ / "scripts/dev", fs::perms::owner_all);
  }
  ~Playground() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  Playground(const Playground&) = delete;
  Playground& operator=(const Playground&) = delete;

  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

bool is_broken(Verdict verdict) {
  return verdict == Verdict::fail || verdict == Verdict::crash;
}

/// The first rule that this one needs and the plugin breaks; nullptr: none.
const Checked* missing_need(const Rule& rule, const std::vector<Checked>& before) {
  std::istringstream needs{std::string(rule.needs)};
  const auto broken = [&](std::string_view id) -> const Checked* {
    for (const Checked& other : before) {
      if ((id == "*" || other.rule->id == id) && is_broken(other.verdict)) return &other;
      // Whatever that one lacked, this one lacks, too.
      if (other.rule->id == id && other.verdict == Verdict::skip) {
        if (const Checked* deeper = missing_need(*other.rule, before)) return deeper;
      }
    }
    return nullptr;
  };
  for (std::string id; needs >> id;) {
    if (const Checked* found = broken(id)) return found;
  }
  return nullptr;
}

}  // namespace

std::string_view word_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return "pass";
    case Verdict::fail:
      return "fail";
    case Verdict::crash:
      return "crash";
    case Verdict::skip:
      return "skip";
    case Verdict::warn:
      return "warn";
  }
  return "skip";
}

Result<std::vector<Checked>> check_plugin(const CheckRequest& request,
                                          const std::function<void(const Checked&)>& on_checked) {
  if (!request.only.empty() && find_rule(request.only) == nullptr) {
    std::vector<std::string> ids;
    for (const Rule& rule : rules()) ids.emplace_back(rule.id);
    const std::string nearest = nearest_name(request.only, ids);
    return Error{ErrorCode::usage,
                 "there is no rule \"" + printable(request.only) + "\"",
                 {},
                 nearest.empty() ? "the rules are " + join_words(ids) : "did you mean \"" + nearest + "\"?"};
  }
  std::error_code failure;
  const fs::path file = fs::absolute(request.file, failure);
  if (!fs::exists(file, failure))
    return Error{ErrorCode::usage, "there is no such file", request.file.string(), {}};
  const Playground playground;
  if (playground.path().empty())
    return Error{ErrorCode::io, "no temporary folder can be made", {}, "set TMPDIR"};

  const Subject subject{file, playground.path(), request.options, request.seed};
  std::vector<Checked> all;
  for (const Rule& rule : rules()) {
    if (!request.only.empty() && rule.id != request.only) continue;
    const Checked* missing = missing_need(rule, all);
    Checked checked = missing != nullptr
                          ? Checked{&rule, Verdict::skip, "needs " + std::string(missing->rule->id)}
                          : check_in_process(rule, subject, request.limit);
    on_checked(checked);
    all.push_back(std::move(checked));
  }
  return all;
}

Usage look_at_usage(const dream_plugin& table, const std::string& options) {
  Usage usage;
  for (const char* id : {DREAM_DISCOVER_ID, DREAM_DESCRIBE_ID, DREAM_REAP_ID}) {
    if (table.extension != nullptr && table.extension(id) != nullptr) usage.extensions.emplace_back(id);
  }
  const Playground playground;
  const Subject subject{{}, playground.path(), options, 0};
  Findings findings;
  Stage stage(subject, table, findings);
  static_cast<void>(stage.create());
  const auto& asked = stage.host().asked_services();
  usage.services.assign(asked.begin(), asked.end());
  return usage;
}

}  // namespace dream::conformance
