// The project's folder, copied into a Pod: an init container unpacks what it is sent.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <utility>

#include "channel.hpp"
#include "pod_life.hpp"
#include "project_copy.hpp"
#include "shared/command_end.hpp"

namespace dream::kubernetes {

namespace {

constexpr std::size_t longest_archive = std::size_t{64} * 1024 * 1024;
constexpr std::size_t sent_at_once = std::size_t{32} * 1024;

}  // namespace

/// Before the Pod is made, which is told the size.
Result<void> PodLife::read_folder() {
  if (!plan_.copies) return {};
  Result<std::string> archive = archive_of(plan_.folder, plan_.excluded, longest_archive);
  if (!archive) return archive.failure();
  archive_ = *std::move(archive);
  plan_.archive_size = archive_.size();
  return {};
}

void PodLife::begin_copy() {
  const auto whole = [](std::shared_ptr<PodLife> self) -> Async<void> {
    const Result<void> sent = co_await self->send_folder();
    self->copies_now_ = false;
    self->archive_ = {};
    self->copy_turn_.cancel();
    if (sent || self->end_) co_return;
    self->end_ = sent.failure();
    self->events_.close();
    self->pause_.cancel();
  };
  copies_now_ = true;
  asio::co_spawn(api_.executor(), whole(shared_from_this()), unawaited);
}

/// What the container says of it is its failure, if it fails.
Async<Result<void>> PodLife::send_folder() {
  Channel channel(api_.executor(), login_);
  const Result<void> opened =
      co_await channel.open(pod_path() + "/attach?stdin=true&stdout=true&stderr=true&container=" + copy_name,
                            "copy the project's folder into the Pod");
  if (!opened) co_return opened.failure();
  channel.watch_silence();
  bool goes_on = true;
  for (std::size_t at = 0; at < archive_.size() && goes_on; at += sent_at_once)
    goes_on = co_await channel.write(command_in, std::string_view(archive_).substr(at, sent_at_once));
  while (const auto piece = co_await channel.read()) {
    if (piece->stream == command_out || piece->stream == command_err) copy_words_ += piece->bytes;
    if (copy_words_.size() > plugins::kept_output) copy_words_.resize(plugins::kept_output);
    if (piece->stream == command_status) co_return Result<void>();
  }
  // Some tars take an archive that ends early for a whole one.
  co_return Failure{DREAM_E_FAILED,
                    "the connection was lost while the project's folder was copied into its Pod"};
}

/// Its words may come a moment after its end.
Async<Failure> PodLife::failed_copy() {
  copy_turn_.expires_after(limits_.removal);
  if (copies_now_) co_await copy_turn_.async_wait(answered);
  std::ranges::replace(copy_words_, '\n', ' ');
  co_return Failure{DREAM_E_FAILED,
                    "the project's folder can't be copied into its Pod: " +
                        (copy_words_.empty() ? pod_.init.reason + " " + pod_.init.message : copy_words_),
                    "the image needs sh, head and tar for it; a volume (`claim`) needs nothing"};
}

}  // namespace dream::kubernetes
