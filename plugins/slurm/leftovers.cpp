#include "leftovers.hpp"

#include <unistd.h>

#include <algorithm>
#include <sstream>
#include <vector>

#include "http/answer_of.hpp"

namespace dream::slurm {

namespace {

sdk::Failure trouble(const std::string& what, const http::Answer& answer) {
  const std::string why =
      answer.complaint.empty() && answer.error ? answer.error.message() : answer.complaint;
  return {DREAM_E_FAILED, what + ": " + why, "check scontrol ping, and SLURM_CONF"};
}

}  // namespace

std::string job_prefix(const std::string& session) {
  return "dream-" + session + "-";
}

sdk::Result<void> cancel_jobs_of(const std::string& session, std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  const http::Answer listed =
      http::answer_of({"squeue", "-h", "-u", std::to_string(::geteuid()), "-o", "%i %j"}, "", limit);
  if (!listed.ok()) return trouble("the jobs of a dead run can't be listed", listed);
  std::vector<std::string> words{"scancel"};
  std::istringstream lines(listed.text);
  for (std::string id, name; lines >> id >> std::ws && std::getline(lines, name);) {
    if (name.starts_with(job_prefix(session))) words.push_back(id);
  }
  if (words.size() == 1) return {};
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
  const http::Answer cancelled = http::answer_of(words, "", std::max(left, std::chrono::milliseconds(1)));
  if (!cancelled.ok()) return trouble("the jobs of a dead run can't be cancelled", cancelled);
  return {};
}

}  // namespace dream::slurm
