#include "soak/one_run.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

#include "e2e/process_list.hpp"
#include "soak/child.hpp"
#include "soak/random_stack.hpp"
#include "support/temporary_folder.hpp"

namespace dream::soak {

namespace {

namespace fs = std::filesystem;
using simulation::Random;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds patience{60'000};  ///< nothing takes so long that does not hang
constexpr std::size_t most_clients = 8;

/// What a user is told when dream is wrong.
constexpr int exit_internal = 70;
constexpr int exit_broken_promise = 86;

bool is_crash(int code) {
  constexpr std::array faults{SIGILL, SIGBUS, SIGFPE, SIGSEGV, SIGABRT};
  return std::ranges::find(faults, code - 128) != faults.end();
}

std::string in_words(const Words& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string read(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

class OneRun {
 public:
  explicit OneRun(std::uint64_t seed) : random_(seed), stack_(random_stack(random_)) {
    folder_.write("dream.json", stack_.configuration);
    for (const std::string& project : stack_.projects) fs::create_directories(root() / project);
    for (const auto& [name, variable] :
         {std::pair("runtime", "XDG_RUNTIME_DIR"), {"state", "XDG_STATE_HOME"}}) {
      fs::create_directory(root() / name);
      fs::permissions(root() / name, fs::perms::owner_all);
      ::setenv(variable, (root() / name).c_str(), 1);
    }
    folder_.write("typed", "one\ntwo\n");
  }

  Verdict operator()() {
    Words words{JUDGED_BINARY, "go", "-o", pick({"prefix", "raw", "grouped", "events", "quiet"})};
    records_ = random_.percent(50);
    if (records_) words.emplace_back("--record");
    if (random_.percent(30)) words.emplace_back("-k");
    if (random_.percent(50)) words.insert(words.end(), {"-j", std::to_string(1 + random_.below(4))});
    dream_.emplace(words, root() / "go", path("dream.out"));
    note(in_words(words));
    const auto until = Clock::now() + milliseconds(300 + random_.below(4000));
    while (Clock::now() < until && !dream().ends_within(milliseconds(random_.below(120)))) do_something();
    if (!dream().ends_within(milliseconds(0))) end_it();
    judge();
    return std::move(verdict_);
  }

 private:
  [[nodiscard]] const fs::path& root() const { return folder_.path(); }
  [[nodiscard]] std::string path(const std::string& name) const { return (root() / name).string(); }
  Child& dream() { return *dream_; }
  std::string pick(const Words& words) {
    return words[static_cast<std::size_t>(random_.below(static_cast<int>(words.size())))];
  }
  std::string step() { return pick(stack_.projects) + ":go"; }

  void note(const std::string& what) {
    const auto since = std::chrono::duration_cast<milliseconds>(Clock::now() - begun_);
    story_ += std::to_string(since.count()) + " ms: " + what + "\n";
  }
  void complain(const std::string& what) {
    if (verdict_.complaint.empty()) verdict_.complaint = what;
  }

  /// Sockets and records, while there are runs.
  [[nodiscard]] std::vector<fs::path> files_of_runs() const {
    std::vector<fs::path> files;
    std::error_code gone;
    for (fs::recursive_directory_iterator at(root() / "runtime", gone), end; at != end; at.increment(gone)) {
      if (!at->is_directory(gone)) files.push_back(at->path());
      if (gone) break;
    }
    return files;
  }

  void do_something() {
    const int what = random_.below(100);
    if (what < 30) return ask({pick({"ps", "events", "why", "logs", "wait"})});
    if (what < 55) return ask({pick({"stop", "start", "restart", "restart"}), step()});
    if (what < 60) return ask({"restart", step(), pick({"--with-dependents", "--reload"})});
    if (what < 68) return ask({pick({"logs", "events"}), "-f"});
    if (what < 72) return ask({"attach", step()}, path("typed"));
    if (what < 78) return whisper();
    if (what < 86) return become_ill();
    if (what < 94) return kill_some_process();
    if (what < 97) return send(random_.percent(50) ? SIGUSR1 : SIGWINCH);
    if (what < 98) return ask({"down"});
    if (what < 99) return send(random_.percent(50) ? SIGINT : SIGTERM);
    if (random_.percent(30)) return kill_dream();
  }

  /// `dream ctl`, beside the run.
  void ask(Words words, const std::string& input = "/dev/null") {
    std::erase_if(clients_,
                  [this](Child& client) { return client.ends_within(milliseconds(0)) && approve(client); });
    if (clients_.size() >= most_clients && words.front() != "down") return;
    ++verdict_.done["ctl " + words.front()];
    if (words.front() == "why") words.push_back(step());
    if (words.front() == "ps" && random_.percent(50)) words.emplace_back("--json");
    words.insert(words.begin(), {DREAM_BINARY, "ctl"});
    note(in_words(words));
    clients_.emplace_back(words, root() / "go", path("clients.out"), input);
  }

  bool approve(const Child& client) {
    const bool is_wrong = client.code() == exit_internal || is_crash(client.code());
    if (is_wrong && !gone_)
      complain("\"" + in_words(client.words()) + "\" ends with " + std::to_string(client.code()));
    return true;
  }

  /// A client that speaks badly, or goes in the middle of a word.
  void whisper() {
    ++verdict_.done["a client that speaks badly"];
    for (const fs::path& file : files_of_runs()) {
      sockaddr_un address{AF_UNIX, {}};
      const std::string name = file.string();
      if (name.size() >= sizeof address.sun_path) continue;
      name.copy(static_cast<char*>(address.sun_path), name.size());
      const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      const std::string words =
          pick({"\n", "{", "{\"dream\": 1}\n", "[[[[\n", "{\"id\":1,\"ps\":{}", std::string(100'000, 'x')});
      if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
        static_cast<void>(::send(socket, words.data(), words.size(), MSG_NOSIGNAL));
      if (random_.percent(50))
        sockets_.push_back(socket);
      else
        ::close(socket);
    }
  }

  /// Or well again.
  void become_ill() {
    ++verdict_.done["health"];
    const fs::path file = root() / pick(stack_.projects) / "ill";
    if (!fs::remove(file)) std::ofstream(file) << "ill";
  }

  void kill_some_process() {
    std::vector<pid_t> of_tasks;
    for (const std::string& process : e2e::living_below(dream().pid()))
      if (process.find("dream") == std::string::npos) of_tasks.push_back(std::stoi(process));
    if (of_tasks.empty()) return;
    ++verdict_.done["kill of a task's process"];
    ::kill(of_tasks[static_cast<std::size_t>(random_.below(static_cast<int>(of_tasks.size())))], SIGKILL);
  }

  void send(int signal) {
    ++verdict_.done["signal " + std::to_string(signal)];
    note("signal " + std::to_string(signal));
    ::kill(random_.percent(50) ? dream().pid() : -dream().pid(), signal);
  }

  /// Its main process, or the one that watches over it: the other one cleans up.
  void kill_dream() {
    const std::vector<std::string> below = e2e::living_below(dream().pid());
    const pid_t one = random_.percent(50) || below.empty() ? dream().pid() : std::stoi(below.front());
    ++verdict_.done["kill of dream"];
    gone_ = true;
    note("kill -9");
    ::kill(one, SIGKILL);
  }

  void end_it() {
    if (random_.percent(50))
      ask({"down"});
    else
      send(SIGTERM);
    if (dream().ends_within(patience)) return;
    complain("it hangs: it does not end when it is asked to");
    ::kill(dream().pid(), SIGABRT);
    gone_ = true;
    dream().ends_within(patience);
  }

  void judge() {
    for (const int socket : sockets_) ::close(socket);
    const std::string out = read(path("dream.out"));
    const int code = dream().code();
    note("it ended with " + std::to_string(code));
    verdict_.refused = code == 2;
    if (code == exit_broken_promise) complain("a promise was broken");
    if (code == exit_internal || out.find("internal error") != std::string::npos)
      complain("an internal error");
    if (is_crash(code) && !gone_) complain("it crashed");
    for (Child& client : clients_) {
      if (client.ends_within(patience))
        approve(client);
      else
        complain("\"" + in_words(client.words()) + "\" goes on when the run is over");
    }
    if (gone_ && !e2e::await_all_ended()) complain("what it had started lives on without it");
    for (const std::string& left : e2e::living_below(::getpid())) complain(left + " is left");
    if (!gone_ && !verdict_.refused) nothing_is_left_on_disk(out);
    if (!verdict_.complaint.empty())
      verdict_.report =
          stack_.configuration + story_ + "--- dream\n" + out + "--- clients\n" + read(path("clients.out"));
    e2e::kill_everything_below();
  }

  void nothing_is_left_on_disk(const std::string& out) {
    for (const fs::path& file : files_of_runs()) complain(file.string() + " is left");
    // Before a run begins, a signal ends dream as it does any program.
    const bool began = dream().code() <= 128 ||
                       (!out.empty() && out.find("its main process was ended") == std::string::npos);
    if (!records_ || !began) return;
    Child show({DREAM_BINARY, "ctl", "show", "-1", "-o", "raw"}, root() / "go", path("shown.out"));
    if (!show.ends_within(patience) || show.code() != 0)
      complain("its record can't be shown: " + read(path("shown.out")));
  }

  TemporaryFolder folder_;
  Random random_;
  RandomStack stack_;
  Clock::time_point begun_ = Clock::now();
  std::optional<Child> dream_;
  std::vector<Child> clients_;
  std::vector<int> sockets_;
  std::string story_;
  bool records_ = false;
  bool gone_ = false;  ///< killed: it could not clean up
  Verdict verdict_;
};

}  // namespace

Verdict one_run(std::uint64_t seed) {
  return OneRun(seed)();
}

}  // namespace dream::soak
