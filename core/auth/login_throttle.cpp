#include "core/auth/login_throttle.hpp"

#include <algorithm>
#include <iterator>

namespace wk {
namespace {

// Somebody with IPv6 has a whole /64 to write from.
std::string address_key(std::string_view address) {
  if (address.find(':') == std::string_view::npos || address.find('.') != std::string_view::npos) {
    return std::string(address);  // IPv4, also mapped into IPv6
  }
  std::string groups[4];
  std::size_t group = 0;
  for (std::size_t i = 0; i < address.size() && group < 4; ++i) {
    if (address[i] != ':') {
      groups[group].push_back(address[i]);
    } else if (i + 1 < address.size() && address[i + 1] == ':') {
      break;  // "::": the rest of the network's part is zeros, or it cannot be told; then all of it shares one entry
    } else {
      ++group;
    }
  }
  return groups[0] + ":" + groups[1] + ":" + groups[2] + ":" + groups[3] + "::/64";
}

}  // namespace

Milliseconds LoginThrottle::wait_left(Table& table, const std::string& key, const Rule& rule, SteadyTime now) {
  const auto found = table.by_key.find(key);
  if (found == table.by_key.end()) return Milliseconds(0);
  const Entry& entry = *found->second;
  if (now - entry.last_failure >= auth_limits::kThrottleForget) {
    table.entries.erase(found->second);
    table.by_key.erase(found);
    return Milliseconds(0);
  }
  if (entry.failures < rule.free_failures) return Milliseconds(0);
  const unsigned doublings = std::min(entry.failures - rule.free_failures, 20U);
  const Milliseconds wait = std::min(auth_limits::kThrottleFirstWait * (1U << doublings), rule.wait_max);
  const auto passed = std::chrono::duration_cast<Milliseconds>(now - entry.last_failure);
  return std::max(wait - passed, Milliseconds(0));
}

void LoginThrottle::count(Table& table, const std::string& key, SteadyTime now) const {
  if (const auto found = table.by_key.find(key); found != table.by_key.end()) {
    ++found->second->failures;
    found->second->last_failure = now;
    table.entries.splice(table.entries.end(), table.entries, found->second);
    return;
  }
  if (table.entries.size() >= entries_max_) {
    table.by_key.erase(table.entries.front().key);
    table.entries.pop_front();
  }
  table.entries.push_back({.key = key, .failures = 1, .last_failure = now});
  table.by_key.emplace(key, std::prev(table.entries.end()));
}

void LoginThrottle::take_one_back(Table& table, const std::string& key) {
  const auto found = table.by_key.find(key);
  if (found == table.by_key.end()) return;
  if (--found->second->failures > 0) return;
  table.entries.erase(found->second);
  table.by_key.erase(found);
}

Result<void> LoginThrottle::admit(std::string_view account, std::string_view address) {
  const std::string account_key(account);
  const std::string network = address_key(address);
  const SteadyTime now = clock_.steady();
  const Milliseconds wait = tables_.with([&](Tables& tables) {
    const Milliseconds left = std::max(wait_left(tables.accounts, account_key, kAccountRule, now),
                                       wait_left(tables.addresses, network, kAddressRule, now));
    if (left.count() == 0) {
      count(tables.accounts, account_key, now);
      count(tables.addresses, network, now);
    }
    return left;
  });
  if (wait.count() == 0) return {};
  return fail(Error{ErrorCode::kBusy, "too many attempts", "too_many_attempts", static_cast<unsigned>(wait.count())});
}

void LoginThrottle::succeeded(std::string_view account, std::string_view address) {
  const std::string account_key(account);
  const std::string network = address_key(address);
  tables_.with([&](Tables& tables) {
    if (const auto found = tables.accounts.by_key.find(account_key); found != tables.accounts.by_key.end()) {
      tables.accounts.entries.erase(found->second);
      tables.accounts.by_key.erase(found);
    }
    take_one_back(tables.addresses, network);
  });
}

void LoginThrottle::take_back(std::string_view account, std::string_view address) {
  const std::string account_key(account);
  const std::string network = address_key(address);
  tables_.with([&](Tables& tables) {
    take_one_back(tables.accounts, account_key);
    take_one_back(tables.addresses, network);
  });
}

}  // namespace wk
