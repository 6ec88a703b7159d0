#include "login.hpp"

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <chrono>
#include <ctime>
#include <fstream>
#include <iterator>
#include <memory>
#include <utility>

#include "failures.hpp"
#include "http/base64.hpp"
#include "shared/json_file.hpp"
#include "shared/programs.hpp"
#include "shared/rfc3339.hpp"
#include "shared/spec_writer.hpp"

namespace dream::kubernetes {

namespace {

constexpr std::size_t longest_answer = std::size_t{1024} * 1024;

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
  return text;
}

}  // namespace

Result<Credential> read_credential(std::string_view answer) {
  const auto json = parse_json(answer);
  if (json_text(json, {"kind"}) != "ExecCredential")
    return Failure{DREAM_E_FAILED, "it printed no ExecCredential"};
  Credential credential{.token = json_text(json, {"status", "token"}),
                        .certificate = json_text(json, {"status", "clientCertificateData"}),
                        .key = json_text(json, {"status", "clientKeyData"})};
  if (credential.token.empty() && credential.certificate.empty())
    return Failure{DREAM_E_FAILED, "it gave neither a token nor a certificate"};
  credential.expires_s = plugins::seconds_of(json_text(json, {"status", "expirationTimestamp"}));
  return credential;
}

std::string exec_info(const Access& access) {
  rapidjson::StringBuffer buffer;
  plugins::SpecWriter::Writer json(buffer);
  plugins::SpecWriter spec(json);
  json.StartObject();
  spec.text("kind", "ExecCredential");
  spec.text("apiVersion", access.program->api_version);
  spec.object("spec", [&] {
    spec.flag("interactive", false);
    if (!access.program->wants_cluster) return;
    spec.object("cluster", [&] {
      spec.text("server", access.endpoint.address);
      if (!access.endpoint.tls) return;
      const http::TlsFiles& tls = *access.endpoint.tls;
      spec.flag("insecure-skip-tls-verify", !tls.verify);
      spec.text("tls-server-name", tls.name);
      std::string authority = tls.authority_text;
      if (authority.empty() && !tls.authority.empty()) {
        std::ifstream stream(tls.authority, std::ios::binary);
        authority.assign(std::istreambuf_iterator<char>(stream), {});
      }
      spec.text("certificate-authority-data", http::base64_standard(authority));
    });
  });
  json.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

std::vector<std::pair<std::string, std::string>> Login::headers() const {
  std::vector<std::pair<std::string, std::string>> headers = access_.headers;
  if (!token_.empty()) {
    headers.emplace_back("Authorization", "Bearer " + token_);
  } else if (!access_.user.empty()) {
    headers.emplace_back("Authorization",
                         "Basic " + http::base64_standard(access_.user + ":" + access_.password));
  }
  return headers;
}

/// Who leaves, also by being cancelled, is counted off. One whose thread has ended may be the last that has
/// the login.
class Login::Waiter {
 public:
  explicit Waiter(std::shared_ptr<Login> login) : login_(std::move(login)) { ++login_->waiting_; }
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;
  ~Waiter() {
    if (--login_->waiting_ > 0 || login_->asking_ == nullptr) return;
    std::exchange(login_->asking_, nullptr)->close();
  }

 private:
  std::shared_ptr<Login> login_;
};

Async<Result<void>> Login::prepare(bool refused) {
  // A cluster writes the files of its Pods anew from time to time.
  token_ = token_.empty() ? access_.token : token_;
  if (!access_.token_file.empty()) std::getline(std::ifstream(access_.token_file), token_);
  if (!access_.program) co_return Result<void>();
  const bool is_old = expires_s_ > 0 && std::time(nullptr) >= expires_s_;
  if (asking_ == nullptr && asked_ && !refused && !is_old) co_return Result<void>();
  // What another one gets just now is as good as it can be.
  if (asking_ == nullptr) begin_asking();
  const Waiter waiter(shared_from_this());
  while (asking_ != nullptr) co_await turn_.async_wait(answered);
  co_return outcome_;
}

void Login::begin_asking() {
  const auto ask = [](std::shared_ptr<Login> self, Program program) -> Async<void> {
    Result<Credential> credential = co_await self->run_program(program);
    if (self->asking_ == program) self->take(std::move(credential));
  };
  asking_ = std::make_shared<http::Connection>(turn_.get_executor(), server_words);
  asio::co_spawn(turn_.get_executor(), ask(shared_from_this(), asking_), unawaited);
}

void Login::take(Result<Credential> credential) {
  asking_.reset();
  asked_ = static_cast<bool>(credential);
  outcome_ = asked_ ? Result<void>() : credential.failure();
  turn_.cancel();
  if (!asked_) return;
  token_ = credential->token;
  expires_s_ = credential->expires_s;
  if (endpoint_.tls && !credential->certificate.empty()) {
    endpoint_.tls->certificate_text = credential->certificate;
    endpoint_.tls->key_text = credential->key;
    ++certificates_;
  }
}

Async<Result<Credential>> Login::run_program(Program connection) const {
  const LoginProgram& program = *access_.program;
  const std::string& name = program.command.front();
  const auto failed = [&](const std::string& why) {
    return Failure{
        DREAM_E_FAILED, "the kubeconfig's program " + name + " gives no login: " + why,
        program.install_hint.empty() ? "run it by hand, and look at its words" : program.install_hint,
        access_.context};
  };
  if (!plugins::is_installed(name, plugins::own_search_path())) co_return failed("it is not installed");
  std::vector<std::string> variables = program.environment;
  variables.push_back("KUBERNETES_EXEC_INFO=" + exec_info(access_));
  error_code error = connection->start(program.command, variables);
  if (error) co_return failed(error.message());
  connection->finish_writing();
  connection->expires_after(limit_);
  std::string answer;
  std::array<char, 4096> buffer{};
  while (!error && answer.size() < longest_answer) {
    const auto [failure, bytes] = co_await connection->async_read_some(asio::buffer(buffer), answered);
    error = failure;
    answer.append(buffer.data(), bytes);
  }
  if (error == asio::error::timed_out)
    co_return failed("it doesn't answer within " +
                     std::to_string(std::chrono::ceil<std::chrono::minutes>(limit_).count()) + " min");
  Result<Credential> credential = read_credential(answer);
  if (credential) co_return credential;
  const std::string said = trimmed(connection->complaint());
  co_return failed(credential.failure().message + (said.empty() ? "" : ": " + said));
}

}  // namespace dream::kubernetes
