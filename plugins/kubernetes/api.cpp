#include "api.hpp"

#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <charconv>
#include <utility>

#include "failures.hpp"

namespace dream::kubernetes {

namespace {

constexpr unsigned unauthorized = 401;
constexpr unsigned too_many = 429;
constexpr unsigned server_error = 500;
constexpr std::chrono::milliseconds between_tries{500};

/// Another try may have another answer.
bool is_passing(const Result<Response>& answer) {
  return !answer || answer->status == too_many || answer->status >= server_error;
}

/// What a server that has too much to do wants; a date isn't read.
std::chrono::milliseconds pause_after(const Result<Response>& answer) {
  unsigned seconds = 0;
  if (answer)
    std::from_chars(answer->retry_after.data(), answer->retry_after.data() + answer->retry_after.size(),
                    seconds);
  return std::max(between_tries, std::chrono::milliseconds(std::chrono::seconds(seconds)));
}

std::string delete_options(std::int64_t grace_s) {
  return R"({"kind":"DeleteOptions","apiVersion":"v1","propagationPolicy":"Background","gracePeriodSeconds":)" +
         std::to_string(grace_s) + "}";
}

}  // namespace

std::string Api::path_of(const std::string& kind) const {
  return "/api/v1/namespaces/" + http::url_encode(access().name_space) + "/" + kind;
}

void Api::close() {
  ++closed_;
  pause_.cancel();
  leave_.cancel();
  if (http_) http_->close();
}

void Api::hurry() {
  hurries_ = true;
  be_patient(std::chrono::milliseconds(0));
  pause_.cancel();
  leave_.cancel();
}

Async<Result<void>> Api::log_in(bool refused, Limit limit) {
  using namespace asio::experimental::awaitable_operators;  // NOLINT(google-build-using-namespace): ||
  if (!access().program) co_return co_await login_->prepare(refused);
  leave_.expires_at(asio::steady_timer::time_point::max());
  if (hurries_ && limit) leave_.expires_after(*limit);
  auto done = co_await (login_->prepare(refused) || leave_.async_wait(answered));
  if (done.index() == 0) co_return std::get<0>(std::move(done));
  co_return Failure{DREAM_E_FAILED, "the kubeconfig's program for the login didn't answer in time", "",
                    access().context};
}

Async<Result<Response>> Api::send(Request request, const OnPiece& on_piece, Limit limit, bool refused) {
  sent_ = false;
  const Result<void> prepared = co_await log_in(refused, limit);
  if (!prepared) co_return prepared.failure();
  // A new login may have another certificate, also one that somebody else has asked for.
  if (!http_ || certificates_ != login_->certificates())
    http_.emplace(executor_, login_->endpoint(), server_words);
  certificates_ = login_->certificates();
  request.target = access().prefix + request.target;
  request.headers = login_->headers();
  request.headers.emplace_back("Accept", "application/json");
  sent_ = true;
  if (!on_piece) co_return co_await http_->call(std::move(request), limit);
  co_return co_await http_->follow(std::move(request), on_piece, {}, limit);
}

Async<Result<Response>> Api::ask_once(Request request, const OnPiece& on_piece, Limit limit) {
  Result<Response> answer = co_await send(request, on_piece, limit, false);
  if (answer && answer->status == unauthorized && login_->can_renew())
    answer = co_await send(std::move(request), on_piece, limit, true);
  co_return answer;
}

Async<Result<Response>> Api::ask(Request request, std::string what, Limit limit, unsigned fine) {
  const auto begin = std::chrono::steady_clock::now();
  const unsigned closed = closed_;
  const OnPiece none;
  Result<Response> answer = co_await ask_once(request, none, limit);
  while (is_passing(answer) && closed == closed_) {
    using std::chrono::steady_clock;
    const steady_clock::duration left = begin + patience_after(answer) - steady_clock::now();
    if (left <= steady_clock::duration::zero()) break;
    pause_.expires_after(std::min<steady_clock::duration>(pause_after(answer), left));
    co_await pause_.async_wait(answered);
    if (closed != closed_ || patience_after(answer) <= std::chrono::milliseconds::zero()) break;
    answer = co_await ask_once(request, none, limit);
  }
  open_question_ = !answer && sent_ && http_ && http_->reached();
  if (answer && !answer->ok() && answer->status != fine)
    co_return refused(login_->endpoint(), what, answer->status, answer->body);
  co_return answer;
}

Async<Result<bool>> Api::create(std::string kind, std::string body) {
  const std::string what = "create " + kind;
  Request request{.method = Verb::post, .target = path_of(kind), .body = std::move(body)};
  const Result<Response> made = co_await ask(std::move(request), what, answer_limit, conflict);
  if (!made) co_return made.failure();
  co_return made->ok();
}

Async<Result<std::optional<std::string>>> Api::get(std::string path, Limit limit) {
  Request request{.target = std::move(path)};
  const std::string what = "tell of it";
  const Result<Response> found = co_await ask(std::move(request), what, limit, not_found);
  if (!found) co_return found.failure();
  if (!found->ok()) co_return std::optional<std::string>();
  co_return std::optional<std::string>(found->body);
}

Async<Result<void>> Api::remove(std::string kind, std::string name, std::int64_t grace_s, Limit limit) {
  Request request{.method = Verb::delete_,
                  .target = path_of(kind) + "/" + http::url_encode(name),
                  .body = delete_options(grace_s)};
  const std::string what = "delete " + kind;
  const Result<Response> removed = co_await ask(std::move(request), what, limit, not_found);
  if (!removed) co_return removed.failure();
  co_return Result<void>();
}

Async<Result<std::vector<std::string>>> Api::list(std::string kind, std::string selector, Limit limit) {
  const std::string what = "list " + kind;
  Request request{.target = path_of(kind) + "?labelSelector=" + http::url_encode(selector)};
  const Result<Response> found = co_await ask(std::move(request), what, limit, 0);
  if (!found) co_return found.failure();
  const auto json = parse_json(found->body);
  std::vector<std::string> names;
  const Json& items = json_at(json, {"items"});
  if (items.IsArray()) {
    for (const Json& item : items.GetArray()) names.push_back(json_text(item, {"metadata", "name"}));
  }
  co_return names;
}

Async<Result<void>> Api::follow(std::string path, std::string what, OnPiece on_piece, Limit silence) {
  Request request{.target = std::move(path)};
  const Result<Response> answer = co_await ask_once(std::move(request), on_piece, silence);
  if (!answer) co_return answer.failure();
  if (!answer->ok()) co_return refused(login_->endpoint(), what, answer->status, answer->body);
  co_return Result<void>();
}

}  // namespace dream::kubernetes
