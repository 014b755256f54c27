// Slows down guessing, per account and per address, known and unknown accounts alike. Thread-safe; bounded (limits.hpp).
#pragma once

#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/guarded.hpp"
#include "base/result.hpp"
#include "core/auth/limits.hpp"

namespace wk {

class LoginThrottle {
 public:
  explicit LoginThrottle(const Clock& clock, std::size_t entries_max = auth_limits::kThrottleEntriesMax)
      : clock_(clock), entries_max_(entries_max) {}

  // Counts the attempt as a failure before it is carried out, so that attempts side by side do not pass together. Refused:
  // kBusy with retry_after_ms, reason_code "too_many_attempts"; a refused attempt is not counted.
  Result<void> admit(std::string_view account, std::string_view address);
  // The one just admitted was good: the account begins anew, the address gets this one back.
  void succeeded(std::string_view account, std::string_view address);
  // The one just admitted decided nothing (a code is wanted, the store failed).
  void take_back(std::string_view account, std::string_view address);

 private:
  struct Entry {
    std::string key;
    unsigned failures = 0;
    SteadyTime last_failure{};
  };
  // Least recently failed first.
  struct Table {
    std::list<Entry> entries;
    std::unordered_map<std::string, std::list<Entry>::iterator> by_key;
  };
  struct Tables {
    Table accounts;
    Table addresses;
  };
  struct Rule {
    unsigned free_failures;
    Milliseconds wait_max;
  };
  static constexpr Rule kAccountRule{auth_limits::kAccountFreeFailures, auth_limits::kAccountWaitMax};
  static constexpr Rule kAddressRule{auth_limits::kAddressFreeFailures, auth_limits::kAddressWaitMax};

  static Milliseconds wait_left(Table& table, const std::string& key, const Rule& rule, SteadyTime now);
  void count(Table& table, const std::string& key, SteadyTime now) const;
  static void take_one_back(Table& table, const std::string& key);

  const Clock& clock_;
  const std::size_t entries_max_;
  Guarded<Tables> tables_;
};

}  // namespace wk
