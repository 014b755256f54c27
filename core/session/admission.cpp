#include "core/session/admission.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "base/random.hpp"
#include "core/session/limits.hpp"

namespace wk {
namespace {

constexpr const char* kSetting = "admission";

v1::Rate rate(std::uint32_t per_second, std::uint32_t burst) {
  v1::Rate rate;
  rate.set_per_second(per_second);
  rate.set_burst(burst);
  return rate;
}

BucketTerms terms(const v1::Rate& rate) {
  return {.rate = static_cast<double>(rate.per_second()), .burst = static_cast<double>(rate.burst())};
}

// By message, not by field: MergeFrom would keep the burst of a rate whose burst is not set.
void replace(v1::AdmissionSettings& settings, const v1::AdmissionSettings& by) {
  if (by.has_connections_per_address()) settings.set_connections_per_address(by.connections_per_address());
  if (by.has_new_connections_per_address()) *settings.mutable_new_connections_per_address() = by.new_connections_per_address();
  if (by.has_sessions_per_address()) *settings.mutable_sessions_per_address() = by.sessions_per_address();
  if (by.has_hellos_per_address()) *settings.mutable_hellos_per_address() = by.hellos_per_address();
  if (by.has_handshakes_per_site()) *settings.mutable_handshakes_per_site() = by.handshakes_per_site();
  if (by.has_messages_per_visitor()) *settings.mutable_messages_per_visitor() = by.messages_per_visitor();
  if (by.has_messages_per_site()) *settings.mutable_messages_per_site() = by.messages_per_site();
}

AdmissionLimits limits_of(const v1::AdmissionSettings& settings) {
  return {.connections_per_address = settings.connections_per_address(),
          .new_connections_per_address = terms(settings.new_connections_per_address()),
          .sessions_per_address = terms(settings.sessions_per_address()),
          .hellos_per_address = terms(settings.hellos_per_address()),
          .handshakes_per_site = terms(settings.handshakes_per_site()),
          .messages_per_visitor = terms(settings.messages_per_visitor()),
          .messages_per_site = terms(settings.messages_per_site())};
}

}  // namespace

// Generous: a large office or a mobile carrier's gateway is one address, and after a planned stop all of its visitors come back at once.
v1::AdmissionSettings default_admission() {
  v1::AdmissionSettings settings;
  settings.set_connections_per_address(2'000);
  *settings.mutable_new_connections_per_address() = rate(200, 2'000);
  *settings.mutable_sessions_per_address() = rate(5, 60);
  *settings.mutable_hellos_per_address() = rate(200, 2'000);
  *settings.mutable_handshakes_per_site() = rate(5'000, 50'000);
  *settings.mutable_messages_per_visitor() = rate(20, 100);
  *settings.mutable_messages_per_site() = rate(10'000, 50'000);
  return settings;
}

Milliseconds jittered(Milliseconds wait) {
  const auto most = static_cast<std::uint64_t>(std::clamp<Milliseconds::rep>(wait.count() / 2, 250, 10'000));
  return wait + Milliseconds(static_cast<Milliseconds::rep>(random_u64() % most));
}

Result<void> check_rate(std::string_view field, const v1::Rate& rate) {
  const auto wrong = [&](const std::string& why) { return fail(ErrorCode::kInvalidArgument, std::string(field) + why); };
  constexpr std::uint32_t kMax = session_limits::kRateMax;
  if (rate.per_second() > kMax || rate.burst() > kMax) return wrong(": at most " + std::to_string(kMax));
  if (rate.per_second() > 0 && rate.burst() == 0) return wrong(".burst: at least 1 where the rate is limited");
  return {};
}

Result<void> check_admission(const v1::AdmissionSettings& settings) {
  if (settings.connections_per_address() > session_limits::kRateMax) {
    return fail(ErrorCode::kInvalidArgument, "connectionsPerAddress: at most " + std::to_string(session_limits::kRateMax));
  }
  WK_TRY_VOID(check_rate("newConnectionsPerAddress", settings.new_connections_per_address()));
  WK_TRY_VOID(check_rate("sessionsPerAddress", settings.sessions_per_address()));
  WK_TRY_VOID(check_rate("hellosPerAddress", settings.hellos_per_address()));
  WK_TRY_VOID(check_rate("handshakesPerSite", settings.handshakes_per_site()));
  WK_TRY_VOID(check_rate("messagesPerVisitor", settings.messages_per_visitor()));
  return check_rate("messagesPerSite", settings.messages_per_site());
}

Admission::Admission(Directory& directory, v1::AdmissionSettings defaults)
    : directory_(directory),
      defaults_(std::move(defaults)),
      rest_visitors_(RateTable<ConversationId>(session_limits::kRestVisitorsMax)) {}

Result<std::unique_ptr<Admission>> Admission::open(Directory& directory, v1::AdmissionSettings defaults) {
  WK_TRY_VOID(check_admission(defaults));
  std::unique_ptr<Admission> admission(new Admission(directory, std::move(defaults)));
  WK_TRY(const auto bytes, directory.setting(kSetting));
  v1::AdmissionSettings stored;
  // A server that starts without limits somebody set is worse than one that does not start.
  if (bytes && (!stored.ParseFromString(*bytes) || !check_admission(stored))) {
    return fail(ErrorCode::kCorrupt, "the stored admission settings do not decode");
  }
  admission->held_.with([&](Held& held) { held.stored = std::move(stored); });
  const std::lock_guard lock(admission->changing_);
  admission->publish();
  return admission;
}

AdmissionSnapshotPtr Admission::current() const {
  return held_.with([](const Held& held) { return held.snapshot; });
}

v1::Admission Admission::shown() const {
  v1::Admission shown;
  *shown.mutable_defaults() = defaults_;
  *shown.mutable_settings() = defaults_;
  held_.with([&](const Held& held) { replace(*shown.mutable_settings(), held.stored); });
  return shown;
}

Result<v1::Admission> Admission::change(const v1::AdmissionSettings& change) {
  WK_TRY_VOID(check_admission(change));
  const std::lock_guard lock(changing_);
  v1::AdmissionSettings stored = held_.with([](const Held& held) { return held.stored; });
  replace(stored, change);
  return store(std::move(stored));
}

Result<v1::Admission> Admission::reset() {
  const std::lock_guard lock(changing_);
  return store({});
}

Result<v1::Admission> Admission::store(v1::AdmissionSettings stored) {
  WK_TRY_VOID(directory_.put_setting(kSetting, stored.SerializeAsString()));
  held_.with([&](Held& held) { held.stored = std::move(stored); });
  publish();
  return shown();
}

void Admission::look_at_sites() {
  const std::lock_guard lock(changing_);
  if (directory_.sites() != sites_) publish();
}

void Admission::publish() {
  sites_ = directory_.sites();
  const v1::Admission shown = this->shown();
  const AdmissionSnapshotPtr before = current();
  auto next = std::make_shared<AdmissionSnapshot>();
  next->limits = limits_of(shown.settings());
  next->unknown = {next->limits.messages_per_visitor, before ? before->unknown.doors : std::make_shared<SiteDoors>()};
  for (const v1::Site& site : *sites_) {
    const SiteId id(site.id());
    const bool own = site.has_messages_per_visitor();
    const bool known = before && before->sites.contains(id);
    next->sites[id] = {own ? terms(site.messages_per_visitor()) : next->limits.messages_per_visitor,
                       known ? before->sites.at(id).doors : std::make_shared<SiteDoors>()};
  }
  for (const auto& [id, site] : next->sites) {
    if (before && before->limits.handshakes_per_site != next->limits.handshakes_per_site) site.doors->handshakes.forget_promises();
    if (before && before->limits.messages_per_site != next->limits.messages_per_site) site.doors->messages.forget_promises();
  }
  held_.with([&](Held& held) { held.snapshot = next; });
  if (listener_) listener_(next);
}

std::optional<Milliseconds> Admission::rest_message(SiteId id, ConversationId conversation, SteadyTime now) {
  const AdmissionSnapshotPtr snapshot = current();
  const SiteAdmission& site = snapshot->site(id);
  if (const auto wait = rest_visitors_.with([&](auto& rates) { return rates.take(conversation, site.messages_per_visitor, now); })) {
    figures_.count(RefusedAt::kMessageVisitor);
    return wait;
  }
  if (const auto wait = site.doors->messages.take(snapshot->limits.messages_per_site, now)) {
    figures_.count(RefusedAt::kMessageSite);
    return jittered(*wait);
  }
  return std::nullopt;
}

}  // namespace wk
