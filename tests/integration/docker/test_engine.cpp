#include "test_engine.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

#include "build_context.hpp"
#include "engine.hpp"
#include "http/complete.hpp"

namespace dream::docker::testing {

namespace {

namespace fs = std::filesystem;

/// Nothing takes this long, on the slowest machine.
constexpr int hung_after_ms = 120'000;

/// What could be read: a file of /proc fails in the middle when its process ends.
std::string read_file(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

int open_pidfd(pid_t pid) {
  return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
}

/// Waits for the end of a process, whoever its parent is.
bool await_end(int pidfd, int limit_ms) {
  pollfd waited{pidfd, POLLIN, 0};
  return ::poll(&waited, 1, limit_ms) > 0;
}

/// Ends a process for sure.
void kill_process(pid_t pid) {
  const int pidfd = open_pidfd(pid);
  if (pidfd < 0) return;
  ::kill(pid, SIGCONT);
  ::kill(pid, SIGKILL);
  await_end(pidfd, hung_after_ms);
  ::close(pidfd);
  ::waitpid(pid, nullptr, WNOHANG);
}

/// The processes that have this folder in their command line: the engine, its containerd and the shims, which
/// all get it as an argument. The tests' own programs don't count.
std::vector<pid_t> processes_of(const fs::path& folder) {
  std::vector<pid_t> found;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const std::string command = read_file(entry.path() / "cmdline");
    const std::string program = fs::path(command.substr(0, command.find('\0'))).filename().string();
    const bool engine = program == "dockerd" || program.starts_with("containerd");
    if (engine && command.find(folder.string() + "/") != std::string::npos) found.push_back(std::stoi(name));
  }
  return found;
}

/// Where the engine says that it is ready, as it would to systemd.
class ReadySocket {
 public:
  explicit ReadySocket(const fs::path& path) : descriptor_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.string().copy(address.sun_path, sizeof(address.sun_path) - 1);
    fs::remove(path);
    if (::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
      throw std::runtime_error("no socket " + path.string() + ": " + std::strerror(errno));
    }
  }
  ~ReadySocket() { ::close(descriptor_); }
  ReadySocket(const ReadySocket&) = delete;
  ReadySocket& operator=(const ReadySocket&) = delete;

  /// False: the process has ended instead.
  [[nodiscard]] bool await(pid_t pid) const {
    const int pidfd = open_pidfd(pid);
    std::array<pollfd, 2> waited{{{descriptor_, POLLIN, 0}, {pidfd, POLLIN, 0}}};
    bool ready = false;
    while (!ready && ::poll(waited.data(), waited.size(), hung_after_ms) > 0) {
      if (waited[0].revents == 0) break;
      std::array<char, 4096> message{};
      const ssize_t size = ::recv(descriptor_, message.data(), message.size(), 0);
      ready = size > 0 && std::string(message.data(), static_cast<std::size_t>(size)).find("READY=1") !=
                              std::string::npos;
    }
    ::close(pidfd);
    return ready;
  }

 private:
  int descriptor_;
};

using Listing = Async<Result<std::vector<Listed>>>;

Listing containers_of(Engine& engine, std::string label) {
  const Result<void> connected = co_await engine.connect();
  if (!connected) co_return connected.failure();
  co_return co_await engine.list(label);
}

Listing networks_of(Engine& engine, std::string label) {
  const Result<void> connected = co_await engine.connect();
  if (!connected) co_return connected.failure();
  co_return co_await engine.list_networks(label);
}

Listing services_of(Engine& engine, std::string label) {
  const Result<void> connected = co_await engine.connect();
  if (!connected) co_return connected.failure();
  co_return co_await engine.list_services(label);
}

std::vector<Listed> listed(const std::string& address, const std::string& label,
                           Listing (*list)(Engine&, std::string)) {
  asio::io_context context(1);
  Engine engine(context.get_executor(), *parse_endpoint(address, own_lookup()));
  auto found = complete(context, list(engine, label)).value();
  if (!found) throw std::runtime_error(found.failure().message);
  return *std::move(found);
}

std::vector<std::string> ids_of(const std::vector<Listed>& all) {
  std::vector<std::string> ids;
  for (const Listed& one : all) ids.push_back(one.id);
  return ids;
}

}  // namespace

void TestEngine::start(const std::vector<std::string>& listen) {
  if (::geteuid() != 0)
    throw std::runtime_error("the tests of the docker executor start an engine: run them as root");
  clear();
  listen_ = listen;
  fs::create_directories(folder_);
  ::chmod(folder_.c_str(), 0700);
  launch();
}

void TestEngine::restart() {
  launch();
}

void TestEngine::launch() {
  const std::string folder = folder_.string();
  fs::remove(folder_ / "docker.pid");
  std::vector<std::string> words{"dockerd",
                                 "--host",
                                 address(),
                                 "--data-root",
                                 folder + "/data",
                                 "--exec-root",
                                 folder + "/exec",
                                 "--pidfile",
                                 folder + "/docker.pid",
                                 "--bridge=none",
                                 "--iptables=false",
                                 "--ip6tables=false",
                                 "--ip-forward=false",
                                 "--ip-masq=false",
                                 "--storage-driver=vfs"};
  words.insert(words.end(), listen_.begin(), listen_.end());
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const ReadySocket ready(folder_ / "ready.sock");
  const std::string log = folder + "/log";
  const std::string notify = folder + "/ready.sock";
  const pid_t child = ::fork();
  if (child == 0) {
    const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    const int null = ::open("/dev/null", O_RDONLY);
    ::setsid();
    ::dup2(null, STDIN_FILENO);
    ::dup2(file, STDOUT_FILENO);
    ::dup2(file, STDERR_FILENO);
    ::close_range(3, ~0U, 0);
    ::setenv("NOTIFY_SOCKET", notify.c_str(), 1);
    ::setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
    ::execvp(argv[0], argv.data());
    ::_exit(127);
  }
  if (child < 0) throw std::runtime_error("can't fork");
  if (ready.await(child)) return;
  const std::string said = read_file(log);
  throw std::runtime_error("dockerd did not start (apt-get install docker.io):\n" +
                           said.substr(said.size() > 4000 ? said.size() - 4000 : 0));
}

pid_t TestEngine::pid() const {
  const std::string text = read_file(folder_ / "docker.pid");
  return text.empty() ? 0 : std::stoi(text);
}

void TestEngine::stop() {
  const pid_t engine = pid();
  const int pidfd = engine > 0 ? open_pidfd(engine) : -1;
  if (pidfd >= 0) {
    ::kill(engine, SIGTERM);
    await_end(pidfd, hung_after_ms);
    ::close(pidfd);
    ::waitpid(engine, nullptr, WNOHANG);
  }
  clear();
}

void TestEngine::crash() {
  kill_process(pid());
}

void TestEngine::freeze() const {
  ::kill(pid(), SIGSTOP);
}

void TestEngine::thaw() const {
  ::kill(pid(), SIGCONT);
}

/// After a killed run of the tests: the processes, the mounts and the files.
void TestEngine::clear() const {
  while (true) {
    const std::vector<pid_t> left = processes_of(folder_);
    if (left.empty()) break;
    for (const pid_t process : left) kill_process(process);
  }
  std::istringstream mounts(read_file("/proc/self/mounts"));
  for (std::string line; std::getline(mounts, line);) {
    std::istringstream words(line);
    std::string device, place;
    words >> device >> place;
    if (place.starts_with(folder_.string() + "/")) ::umount2(place.c_str(), MNT_DETACH);
  }
  std::error_code failure;
  fs::remove_all(folder_, failure);
  if (failure) throw std::runtime_error("can't remove " + folder_.string() + ": " + failure.message());
}

void TestEngine::import_image() const {
  const fs::path root = folder_ / "root";
  fs::create_directories(root / "bin");
  fs::create_directories(root / "tmp");
  fs::permissions(root / "tmp", fs::perms::all | fs::perms::sticky_bit);
  if (!fs::exists("/bin/busybox")) throw std::runtime_error("no busybox: apt-get install busybox-static");
  fs::copy_file("/bin/busybox", root / "bin/busybox", fs::copy_options::overwrite_existing);
  for (const char* applet : {"cat",   "dd",     "echo",  "env",  "false",    "head", "httpd", "id",   "kill",
                             "ls",    "mkfifo", "mkdir", "pwd",  "readlink", "sh",   "sleep", "stat", "tail",
                             "touch", "tr",     "true",  "test", "wc",       "wget", "yes"}) {
    fs::remove(root / "bin" / applet);
    fs::create_symlink("busybox", root / "bin" / applet);
  }
  plugins::FolderArchive archive(BuildContext(root, root / "bin/busybox").contents);
  if (const auto listed = archive.list(); !listed) throw std::runtime_error(listed.failure().message);
  asio::io_context context(1);
  HttpClient http(context.get_executor(), Endpoint{.address = address(), .path = folder_ / "docker.sock"},
                  engine_words);
  Request request{.method = Verb::post, .target = "/images/create?fromSrc=-&repo=box&tag=latest"};
  request.content_type = "application/x-tar";
  std::string answer;
  const HttpClient::OnPiece on_piece = [&](std::string_view piece) -> Async<void> {
    answer += piece;
    co_return;
  };
  const HttpClient::NextPiece next_piece = [&]() -> Async<Result<std::string>> { co_return archive.next(); };
  const auto response = complete(context, http.follow(std::move(request), on_piece, next_piece)).value();
  if (!response || !response->ok() || answer.find("error") != std::string::npos) {
    throw std::runtime_error("the image could not be imported: " + answer +
                             (response ? response->body : response.failure().message));
  }
}

std::vector<std::string> containers_with(const std::string& address, const std::string& label) {
  return ids_of(listed(address, label, containers_of));
}

std::set<std::string> labels_of(const std::string& address, const std::string& label,
                                const std::string& name) {
  std::set<std::string> values;
  for (const Listed& container : listed(address, label, containers_of))
    values.insert(container.labels.at(name));
  return values;
}

std::vector<std::string> networks_with(const std::string& address, const std::string& label) {
  return ids_of(listed(address, label, networks_of));
}

std::vector<std::string> services_with(const std::string& address, const std::string& label) {
  return ids_of(listed(address, label, services_of));
}

TestEngine shared_engine() {
  return TestEngine(DREAM_TEST_ENGINE);
}

}  // namespace dream::docker::testing
