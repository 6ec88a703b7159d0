#include "process_fixture.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "process/process_tree.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): not declared by every libc

namespace dream::process {

Actor::Actor(int connection) : connection_(connection) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(connection_, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0) pid_ = peer.pid;
}

Actor::Actor(Actor&& other) noexcept
    : connection_(std::exchange(other.connection_, -1)), pid_(std::exchange(other.pid_, 0)) {}

Actor::~Actor() {
  if (connection_ >= 0) ::close(connection_);
}

void Actor::tell(const std::string& command) const {
  ::send(connection_, command.data(), command.size(), MSG_NOSIGNAL);
}

std::string Actor::answer() const {
  std::array<char, 8192> buffer{};
  ssize_t size = 0;
  while ((size = ::recv(connection_, buffer.data(), buffer.size(), 0)) < 0 && errno == EINTR) {
  }
  return {buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
}

std::string Actor::ask(const std::string& command) const {
  tell(command);
  return answer();
}

int Actor::counted(int signal) const {
  return std::stoi(ask("counted " + std::to_string(signal)));
}

int Actor::take_output() const {
  tell("send_output");
  std::array<char, 8> byte{};
  iovec part{byte.data(), byte.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  int descriptor = -1;
  if (::recvmsg(connection_, &message, MSG_CMSG_CLOEXEC) > 0 && CMSG_FIRSTHDR(&message) != nullptr) {
    std::memcpy(&descriptor, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof descriptor);
  }
  return descriptor;
}

void Actor::await_end() const {
  while (!answer().empty()) {
  }
}

void ProcessTest::SetUp() {
  listener_ = ::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, stage_path().c_str(), sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(listener_, 1024), 0);
  supervisor_.emplace(context_);
}

void ProcessTest::TearDown() {
  for (Watched& run : runs_) {
    run.hold = false;
    supervisor_->resume_output(run.id, Stream::out);
    supervisor_->resume_output(run.id, Stream::err);
    kill(run);
  }
  run_until([&] { return supervisor_->size() == 0; });
  supervisor_.reset();
  ::close(listener_);
  EXPECT_TRUE(nothing_below());
}

std::string ProcessTest::actor_path() const {
  return DREAM_ACTOR_PATH;
}

ChildSpec ProcessTest::spec(Watched& run, std::vector<std::string> argv) {
  ChildSpec child;
  child.argv = std::move(argv);
  child.directory = folder_;
  char** end = environ;
  while (*end != nullptr) ++end;
  child.environment = std::make_shared<const std::vector<std::string>>(environ, end);
  child.on_output = [&run](Stream stream, std::string_view bytes) {
    (stream == Stream::out ? run.out : run.err) += bytes;
    ++run.calls;
    if (run.on_output) run.on_output(run);
    return !run.hold;
  };
  child.on_end = [&run](const ExitStatus& status) {
    ++run.ends;
    run.status = status;
    if (run.on_end) run.on_end(run);
  };
  return child;
}

Watched& ProcessTest::start(std::vector<std::string> argv, const std::function<void(ChildSpec&)>& change) {
  Watched& run = add_run();
  ChildSpec child = spec(run, std::move(argv));
  if (change) change(child);
  const Result<ChildId> started = supervisor_->start(std::move(child));
  EXPECT_TRUE(started.has_value()) << to_string(started.error());
  if (started) run.id = *started;
  return run;
}

std::pair<Watched*, Actor> ProcessTest::start_actor(const std::function<void(ChildSpec&)>& change) {
  Watched& run = start({actor_path(), stage_path()}, change);
  return {&run, next_actor()};
}

Actor ProcessTest::next_actor() const {
  return Actor(::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC));
}

Actor ProcessTest::fork(const Actor& parent) const {
  const std::string pid = parent.ask("fork");
  Actor child = next_actor();
  EXPECT_EQ(std::to_string(child.pid()), pid);
  return child;
}

Actor ProcessTest::daemon(const Actor& parent) const {
  EXPECT_EQ(parent.ask("daemon"), "forked");
  return next_actor();
}

void ProcessTest::run_until(const std::function<bool()>& done) {
  context_.restart();
  while (!done()) ASSERT_EQ(context_.run_one(), 1U) << "nothing is left to wait for";
}

ExitStatus ProcessTest::run_to_end(Watched& run) {
  run_until([&] { return run.ends > 0; });
  EXPECT_EQ(run.ends, 1);
  return run.status.value_or(Lost{"it has not ended"});
}

bool ProcessTest::nothing_below() {
  return tree_below(::getpid()).size() == 1;
}

std::vector<int> ProcessTest::open_descriptors() {
  std::vector<int> open;
  for (int descriptor = 0; descriptor < 4096; ++descriptor) {
    if (::fcntl(descriptor, F_GETFD) >= 0) open.push_back(descriptor);
  }
  return open;
}

std::string numbers(long count) {
  std::string text;
  for (long number = 0; number < count; ++number) text += std::to_string(number) + "\n";
  return text;
}

}  // namespace dream::process
