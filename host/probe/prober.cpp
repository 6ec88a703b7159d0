#include "probe/prober.hpp"

#include <utility>
#include <variant>

namespace dream::probe {

Prober::Prober(const Probes& probes, const Subject& subject, Time time, Tell tell)
    : time_(std::move(time)), tell_(std::move(tell)) {
  for (const Probe& probe : probes) {
    kinds_.push_back(std::visit([&](const auto& kind) { return make(kind, subject); }, probe));
    kinds_.back()->wake = [this, turn = kinds_.size() - 1] {
      if (begun_ && turn == turn_) look();
    };
  }
}

void Prober::begin() {
  begun_ = true;
  began_ = time_.now();
  look();
}

void Prober::hear(Stream stream, std::string_view bytes) {
  for (std::size_t at = turn_; at < kinds_.size(); ++at) kinds_[at]->hear(stream, bytes);
}

void Prober::become_healthy() {
  for (std::size_t at = turn_; at < kinds_.size(); ++at) kinds_[at]->become_healthy();
}

void Prober::look() {
  if (turn_ == kinds_.size()) return;
  woken_ = true;
  if (looking_) return;
  // What is found at once makes no deeper stack.
  while (std::exchange(woken_, false) && turn_ < kinds_.size()) {
    looking_ = true;
    tried_ = time_.now();
    if (kinds_[turn_]->pace().share != 0) ++tries_;
    kinds_[turn_]->look([this](Finding finding) { take(std::move(finding)); });
    if (looking_) return;
  }
}

void Prober::take(Finding finding) {
  looking_ = false;
  const bool doubtful = std::exchange(doubtful_, false);
  if (!finding.warning.empty() && warned_.insert(finding.warning).second) tell_.warn(finding.warning);
  if (finding.verdict == Finding::Verdict::never) {
    turn_ = kinds_.size();
    found_ = finding.error.message;
    tell_.never_ready(std::move(finding.error));
    return;
  }
  if (finding.verdict == Finding::Verdict::passed) {
    ++turn_;
    tries_ = 0;
    found_.clear();
    if (turn_ == kinds_.size()) return tell_.ready();
    // The next one's turn has come; its waiting begins.
    began_ = time_.now();
    const std::size_t turn = turn_;
    time_.call_at(began_, [this, turn] {
      if (turn == turn_) look();
    });
    return;
  }
  found_ = std::move(finding.error.message);
  const Pace pace = kinds_[turn_]->pace();
  if (pace.share == 0) tries_ = 0;
  if (woken_ || doubtful) return time_.call_at(time_.now(), [this] { look(); });
  if (pace.share == 0) return;
  const Instant now = time_.now();
  time_.call_at(now + pause(pace, now - began_, now - tried_), [this] { look(); });
}

}  // namespace dream::probe
