#include "leftovers.hpp"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <sstream>
#include <vector>

#include "shared/far_command.hpp"

namespace dream::slurm {

namespace {

struct Answer {
  bool fine = false;
  std::string text;  ///< both streams
};

Answer ask(const std::vector<std::string>& words) {
  Answer answer;
  FILE* pipe = ::popen((sdk::shell_line(words) + " 2>&1").c_str(), "re");
  if (pipe == nullptr) return answer;
  std::array<char, 4096> buffer;  // NOLINT(*-member-init): fread() fills it
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe))
    answer.text.append(buffer.data(), got);
  answer.fine = ::pclose(pipe) == 0;
  return answer;
}

sdk::Failure trouble(const std::string& what, const Answer& answer) {
  return {DREAM_E_FAILED, what + ": " + plugins::last_line(answer.text),
          "check scontrol ping, and SLURM_CONF"};
}

}  // namespace

std::string job_prefix(const std::string& session) {
  return "dream-" + session + "-";
}

sdk::Result<void> cancel_jobs_of(const std::string& session) {
  const Answer listed = ask({"squeue", "-h", "-u", std::to_string(::geteuid()), "-o", "%i %j"});
  if (!listed.fine) return trouble("the jobs of a dead run can't be listed", listed);
  std::vector<std::string> words{"scancel"};
  std::istringstream lines(listed.text);
  for (std::string id, name; lines >> id >> std::ws && std::getline(lines, name);) {
    if (name.starts_with(job_prefix(session))) words.push_back(id);
  }
  if (words.size() == 1) return {};
  const Answer cancelled = ask(words);
  if (!cancelled.fine) return trouble("the jobs of a dead run can't be cancelled", cancelled);
  return {};
}

}  // namespace dream::slurm
