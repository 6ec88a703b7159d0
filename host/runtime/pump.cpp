#include "runtime/pump.hpp"

#include <utility>
#include <variant>
#include <vector>

namespace dream::runtime {

void Pump::feed(Instant now, engine::Event event) {
  events_.push_back({now, std::move(event)});
  ask_for_turn();
}

void Pump::ask_for_turn() {
  if (!std::exchange(turn_asked_, true)) effects_.turn_soon();
}

void Pump::turn() {
  turn_asked_ = false;
  if (events_.empty()) return;
  const TimedEvent next = std::move(events_.front());
  events_.pop_front();
  engine_.handle(next.at, next.event);
  const std::vector<engine::Action> actions = engine_.take_actions();
  for (const engine::Action& action : actions) perform(next.at, action);
  if (judge_) judge_(next.at, next.event, actions, engine_);
  if (const auto* started = std::get_if<engine::Started>(&next.event))
    effects_.start_was_told(started->attempt);
  if (!events_.empty()) ask_for_turn();
  const std::optional<Instant> moment = engine_.next_deadline();
  const bool woke_up = std::holds_alternative<engine::TimePassed>(next.event);  // and has to be told again
  if (std::exchange(told_, moment) != moment || woke_up) effects_.wake_at(moment);
}

void Pump::perform(Instant now, const engine::Action& action) {
  effects_.tell(now, action);
  if (const auto* start = std::get_if<engine::Start>(&action)) {
    effects_.start(start->attempt);
  } else if (const auto* terminate = std::get_if<engine::Terminate>(&action)) {
    effects_.terminate(terminate->attempt, terminate->urgency);
  } else if (const auto* step = std::get_if<engine::GiveUp>(&action)) {
    effects_.give_up(step->attempt);
  } else if (const auto* begin = std::get_if<engine::BeginProbing>(&action)) {
    effects_.begin_probing(begin->attempt);
  } else if (const auto* end = std::get_if<engine::EndProbing>(&action)) {
    effects_.end_probing(end->attempt);
  } else if (const auto* watched = std::get_if<engine::BeginHealth>(&action)) {
    effects_.begin_health(watched->attempt);
  } else if (const auto* left = std::get_if<engine::EndHealth>(&action)) {
    effects_.end_health(left->attempt);
  } else if (const auto* reader = std::get_if<engine::GiveUpReader>(&action)) {
    effects_.give_up_reader(reader->stream);
  }
}

}  // namespace dream::runtime
