// POSTs that come again with their Idempotency-Key: the answer is the one given before, and nothing is done twice.
#pragma once

#include <openssl/evp.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "api/call.hpp"
#include "base/guarded.hpp"

namespace wk::api {

// What a request asks: its address and its body, which may be added piece by piece.
class RequestHash {
 public:
  explicit RequestHash(const HttpRequest& request);
  void add(std::string_view bytes);
  // Once, at the end.
  std::string hex();

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context_;
};

// One for the process, Thread-safe. Calls block (database).
class IdempotentAnswers {
 public:
  IdempotentAnswers(Directory& directory, const Clock& clock) : directory_(directory), clock_(clock) {}

  // A request with a key, while it is being worked on.
  class Turn {
   public:
    Turn(Turn&& other) noexcept;
    Turn& operator=(Turn&&) = delete;
    ~Turn();
    // The key has had its answer: the request is not to be carried out, again() answers it.
    bool answered() const { return known_.has_value(); }
    // Requires: answered(). 409 where it was given to another request.
    HttpResponse again(const std::string& request_hash) const;
    // Requires: done, and only this answer was given to it.
    void keep(const std::string& request_hash, const HttpResponse& response);

   private:
    friend class IdempotentAnswers;
    Turn(IdempotentAnswers& all, std::string scope, std::string key) : all_(&all), scope_(std::move(scope)), key_(std::move(key)) {}
    std::string mark() const { return scope_ + "\n" + key_; }

    IdempotentAnswers* all_;  // null: moved from
    std::string scope_;
    std::string key_;
    std::optional<Directory::IdempotentAnswer> known_;
  };

  // nullopt: the request has no key. kInvalidArgument for one that cannot be, kConflict while another request with it is worked on.
  Result<std::optional<Turn>> begin(const Caller& caller, const HttpRequest& request);

 private:
  Directory& directory_;
  const Clock& clock_;
  // Keys, each with whose it is, of requests that are being worked on.
  Guarded<std::unordered_set<std::string>> under_way_;
};

}  // namespace wk::api
