// The project's folder, copied into a Pod: an init container unpacks what it is sent.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <utility>

#include "channel.hpp"
#include "pod_life.hpp"
#include "shared/command_end.hpp"

namespace dream::kubernetes {

namespace {

using namespace boost::asio::experimental::awaitable_operators;  // NOLINT(google-build-using-namespace): &&

constexpr std::uint64_t mib = std::uint64_t{1024} * 1024;
constexpr std::uint64_t longest_archive = 64 * mib;
constexpr std::size_t sent_at_once = std::size_t{32} * 1024;

}  // namespace

plugins::FolderContents copied_folder(const PodPlan& plan) {
  const auto choose = [excluded = plan.excluded](const std::string& name, char type) {
    const std::string last = name.substr(name.rfind('/') + 1);  // npos + 1 is 0
    const bool is_pipe = type == '6';                           // nobody is at the other end of it there
    return is_pipe || std::ranges::find(excluded, last) != excluded.end() ? plugins::Archived::left_out
                                                                          : plugins::Archived::taken;
  };
  return {.folder = plan.folder,
          .choose = choose,
          .unreadable = {DREAM_E_FAILED, "the project's folder can't be copied",
                         "correct it, or name it in `exclude` of `mount`"},
          .too_large = {DREAM_E_FAILED,
                        "the project's folder is too large to be copied into a Pod: it has more than " +
                            std::to_string(longest_archive / mib) + " MiB",
                        "name what isn't needed in `exclude` of `mount`, or take a volume: `claim`"},
          .limit = longest_archive,
          .is_promised = true};
}

/// Before anything is made: one that can't be read, or is too large, is told at once.
Async<Result<void>> PodLife::check_folder() {
  if (!plan_.copies) co_return Result<void>();
  folder_ = std::make_shared<life::FolderReader>(api_.executor(), copied_folder(plan_));
  const Result<std::uint64_t> listed = co_await folder_->list();
  folder_.reset();  // a Pod may wait for long
  to_copy_ = true;
  co_return listed ? Result<void>() : listed.failure();
}

void PodLife::begin_copy() {
  const auto whole = [](std::shared_ptr<PodLife> self) -> Async<void> {
    const Result<void> sent = co_await self->send_folder();
    self->folder_.reset();
    self->copy_turn_.cancel();
    if (sent || self->end_) co_return;
    self->end_ = sent.failure();
    self->events_.close();
    self->pause_.cancel();
  };
  to_copy_ = false;
  folder_ = std::make_shared<life::FolderReader>(api_.executor(), copied_folder(plan_));
  asio::co_spawn(api_.executor(), whole(shared_from_this()), unawaited);
}

/// What the container says of it is its failure, if it fails.
Async<Result<void>> PodLife::send_folder() {
  // Anew: much may have changed while the Pod was waited for.
  const Result<std::uint64_t> size = co_await folder_->list();
  if (!size) co_return size.failure();
  Channel channel(api_.executor(), login_);
  const Result<void> opened =
      co_await channel.open(pod_path() + "/attach?stdin=true&stdout=true&stderr=true&container=" + copy_name,
                            "copy the project's folder into the Pod");
  if (!opened) co_return opened.failure();
  channel.watch_silence();
  // Heard meanwhile: it may fail early, and who always reads knows whether the other side is still there.
  const auto [unread, heard] = co_await (write_folder(channel, *size) && hear_copy(channel));
  if (heard) co_return Result<void>();
  if (unread) co_return *unread;
  // Some tars take an archive that ends early for a whole one.
  co_return Failure{DREAM_E_FAILED,
                    "the connection was lost while the project's folder was copied into its Pod"};
}

/// Its size, and itself; why it can't be read.
Async<std::optional<Failure>> PodLife::write_folder(Channel& channel, std::uint64_t size) {
  bool goes_on = co_await channel.write(command_in, std::to_string(size) + "\n");
  while (goes_on) {
    const Result<std::string> piece = co_await folder_->next();
    if (!piece) {
      channel.close();
      co_return piece.failure();
    }
    if (piece->empty()) break;
    for (std::size_t at = 0; at < piece->size() && goes_on; at += sent_at_once)
      goes_on = co_await channel.write(command_in, std::string_view(*piece).substr(at, sent_at_once));
  }
  co_return std::nullopt;
}

/// Whether it has told its end.
Async<bool> PodLife::hear_copy(Channel& channel) {
  while (const auto piece = co_await channel.read()) {
    if (piece->stream == command_out || piece->stream == command_err) copy_words_ += piece->bytes;
    if (copy_words_.size() > plugins::kept_output) copy_words_.resize(plugins::kept_output);
    if (piece->stream != command_status) continue;
    channel.close();
    co_return true;
  }
  channel.close();
  co_return false;
}

/// Its words may come a moment after its end.
Async<Failure> PodLife::failed_copy() {
  copy_turn_.expires_after(limits_.removal);
  if (folder_ != nullptr) co_await copy_turn_.async_wait(answered);
  std::ranges::replace(copy_words_, '\n', ' ');
  co_return Failure{DREAM_E_FAILED,
                    "the project's folder can't be copied into its Pod: " +
                        (copy_words_.empty() ? pod_.init.reason + " " + pod_.init.message : copy_words_),
                    "the image needs sh, head and tar for it; a volume (`claim`) needs nothing"};
}

}  // namespace dream::kubernetes
