#include "registry_auth.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/write.hpp>
#include <tuple>
#include <utility>

#include "failures.hpp"

namespace dream::docker {

namespace {

constexpr std::string_view hub = "https://index.docker.io/v1/";

/// What is known for a registry; any of it may be empty.
struct Credentials {
  std::string user, password, token;
  [[nodiscard]] bool empty() const { return user.empty() && token.empty(); }
};

std::string to_header(const Credentials& credentials, const std::string& registry) {
  rapidjson::Document json(rapidjson::kObjectType);
  const auto set = [&](const char* name, const std::string& value) {
    if (!value.empty())
      json.AddMember(rapidjson::StringRef(name), Json(value.c_str(), json.GetAllocator()),
                     json.GetAllocator());
  };
  set("username", credentials.user);
  set("password", credentials.password);
  set("identitytoken", credentials.token);
  set("serveraddress", registry);
  return to_text(json);
}

/// What an entry of `auths` has.
Credentials stored_credentials(const Json& entry) {
  Credentials found{.token = json_text(entry, {"identitytoken"})};
  const std::string pair = base64_decode(json_text(entry, {"auth"}));
  if (const std::size_t colon = pair.find(':'); colon != std::string::npos) {
    found.user = pair.substr(0, colon);
    found.password = pair.substr(colon + 1);
  }
  return found;
}

/// What a credential helper has said of a registry; empty without a password.
Credentials helper_credentials(std::string_view answer) {
  const auto json = parse_json(answer);
  Credentials found{.user = json_text(json, {"Username"}), .password = json_text(json, {"Secret"})};
  if (found.user == "<token>") found = {.token = found.password};
  return found;
}

}  // namespace

std::string registry_of(std::string_view image) {
  const std::string first(image.substr(0, image.find('/')));
  const bool is_registry =
      first.size() < image.size() && (first.find_first_of(".:") != std::string::npos || first == "localhost");
  return !is_registry || first == "docker.io" ? std::string(hub) : first;
}

void PullAuthorization::close() {
  if (helper_ != nullptr) helper_->close();
}

Async<Authorization> PullAuthorization::find(std::string image) {
  const auto configuration = parse_json_file(folder_ + "/config.json");
  const std::string registry = registry_of(image);
  std::string helper = json_text(configuration, {"credHelpers", registry});
  if (helper.empty()) helper = json_text(configuration, {"credsStore"});
  Authorization found;
  Credentials credentials = stored_credentials(json_at(configuration, {"auths", registry}));
  if (credentials.empty() && !helper.empty()) {
    const std::string program = "docker-credential-" + helper;
    const Answer answer = co_await ask(program, registry);
    credentials = helper_credentials(answer.text);
    if (credentials.empty()) found.trouble = trouble_of(program, answer);
  }
  if (!credentials.empty()) found.header = base64_encode(to_header(credentials, registry));
  co_return found;
}

Async<PullAuthorization::Answer> PullAuthorization::ask(std::string program, std::string registry) {
  constexpr std::size_t longest = std::size_t{1024} * 1024;
  const auto helper = std::make_shared<Connection>(executor_, engine_words);
  helper_ = helper;
  Answer answer;
  answer.error = helper->start({program, "get"});
  if (answer.error) co_return answer;
  helper->expires_after(limit_);
  const std::string question = registry + "\n";
  std::size_t bytes = 0;
  std::tie(answer.error, bytes) = co_await asio::async_write(*helper, asio::buffer(question), answered);
  // One that doesn't read what it is asked may answer all the same.
  if (answer.error == asio::error::broken_pipe) answer.error = {};
  helper->finish_writing();
  std::array<char, 4096> buffer{};
  while (!answer.error && answer.text.size() < longest) {
    std::tie(answer.error, bytes) = co_await helper->async_read_some(asio::buffer(buffer), answered);
    answer.text.append(buffer.data(), bytes);
  }
  // So ends one that hasn't read the question.
  if (answer.error == asio::error::connection_reset) answer.error = asio::error::eof;
  answer.complaint = helper->complaint();
  helper_.reset();
  co_return answer;
}

std::string PullAuthorization::trouble_of(const std::string& program, const Answer& answer) const {
  // The answer that helpers have agreed on, for a registry that they know nothing of.
  if (answer.text.find("credentials not found") != std::string::npos) return {};
  const std::string named = ", which " + folder_ + "/config.json names,";
  if (answer.error == boost::system::errc::no_such_file_or_directory) {
    return program + named + " is not installed: install it, or remove it there";
  }
  std::string words = answer.complaint;
  if (words.empty()) words = answer.text.substr(0, answer.text.find('\n'));
  std::string trouble = program + named;
  if (answer.error == asio::error::timed_out) {
    trouble += " doesn't answer";
  } else if (answer.error && answer.error != asio::error::eof) {
    trouble += " can't be asked: " + answer.error.message();
  } else {
    trouble += " gave no password";
  }
  return trouble + (words.empty() ? "" : ": " + words) + "; docker login shows whether it works";
}

std::string build_authorization(const std::string& folder) {
  const auto configuration = parse_json_file(folder + "/config.json");
  const Json& stored = json_at(configuration, {"auths"});
  if (!stored.IsObject()) return {};
  std::string all;
  for (const auto& member : stored.GetObject()) {
    const Credentials found = stored_credentials(member.value);
    const std::string registry = member.name.GetString();
    if (!found.empty())
      all += (all.empty() ? "" : ",") + to_text(member.name) + ":" + to_header(found, registry);
  }
  return all.empty() ? all : base64_encode("{" + all + "}");
}

}  // namespace dream::docker
