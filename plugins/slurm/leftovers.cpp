#include "leftovers.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <set>
#include <sstream>
#include <vector>

#include "http/answer_of.hpp"
#include "shared/json.hpp"
#include "shared/programs.hpp"

namespace dream::slurm {

namespace {

constexpr std::array<const char*, 2> variables{"PATH", "SLURM_CONF"};

/// The words of a program that is run as the note says.
std::vector<std::string> with_variables(const std::string& note, const std::vector<std::string>& words) {
  if (note.empty()) return words;
  std::vector<std::string> all{"env"};
  for (const char* name : variables) all.insert(all.end(), {"-u", name});
  const auto noted = plugins::parse_json(note);
  if (noted.IsArray()) {
    for (const auto& one : noted.GetArray()) all.emplace_back(one.IsString() ? one.GetString() : "");
  }
  all.insert(all.end(), words.begin(), words.end());
  return all;
}

sdk::Failure trouble(const std::string& what, const http::Answer& answer) {
  const std::string why =
      answer.complaint.empty() && answer.error ? answer.error.message() : answer.complaint;
  return {DREAM_E_FAILED, what + ": " + why, "check scontrol ping, and SLURM_CONF"};
}

}  // namespace

std::string job_prefix(const std::string& session) {
  return "dream-" + session + "-";
}

std::string note_of(const std::vector<std::string>& environment) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> json(buffer);
  json.StartArray();
  for (const char* name : variables) {
    if (const std::string value = plugins::variable(environment, name); !value.empty())
      json.String((name + ("=" + value)).c_str());
  }
  json.EndArray();
  return buffer.GetString();
}

sdk::Result<void> cancel_jobs_of(const std::string& session, const std::string& note,
                                 std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  const auto ask = [&](const std::vector<std::string>& words) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    return http::answer_of(with_variables(note, words), "", std::max(left, std::chrono::milliseconds(1)));
  };
  std::set<std::string> found;
  std::vector<std::string> list{"squeue", "--noheader", "-u", std::to_string(::geteuid()), "-o", "%i %j"};
  for (const bool of_steps : {false, true}) {  // jobs, and the steps of an allocation
    if (of_steps) list.emplace_back("--steps");
    const http::Answer listed = ask(list);
    if (!listed.ok()) return trouble("the jobs of a dead run can't be listed", listed);
    std::istringstream lines(listed.text);
    for (std::string id, name; lines >> id >> std::ws && std::getline(lines, name);) {
      // The steps of a job end with it.
      if (name.starts_with(job_prefix(session)) && !found.contains(id.substr(0, id.find('.'))))
        found.insert(id);
    }
  }
  if (found.empty()) return {};
  std::vector<std::string> words{"scancel"};
  words.insert(words.end(), found.begin(), found.end());
  const http::Answer cancelled = ask(words);
  if (!cancelled.ok()) return trouble("the jobs of a dead run can't be cancelled", cancelled);
  return {};
}

}  // namespace dream::slurm
