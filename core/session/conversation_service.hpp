// What a principal does to a conversation, from whatever door (socket, REST, routing): permission, the look-ups an append
// needs (whom to assign to, which attachments), then the broker. Thread-safe.
#pragma once

#include "base/executor.hpp"
#include "core/broker/broker.hpp"
#include "core/ports/directory.hpp"

namespace wk {

class ConversationService {
 public:
  ConversationService(Broker& broker, Directory& directory, ThreadPool& pool)
      : broker_(broker), directory_(directory), pool_(pool) {}

  // `done` runs on reply_to, once the append is durable or refused; where the caller is on reply_to, perhaps inside the call.
  // request.conversation is the one meant; a visitor's own.
  void append(AppendRequest&& request, Executor& reply_to, AppendDone done);
  // See Broker::append_text; false also where it is not allowed.
  bool append_text(ConversationId conversation, const Principal& principal, const TextAppend& append, const TextAck& from);

 private:
  bool bot_enabled(SiteId site) const;
  // Blocking: names and attachments as they are stored, not as the client says.
  Result<void> resolve(AppendRequest& request);

  Broker& broker_;
  Directory& directory_;
  ThreadPool& pool_;
};

}  // namespace wk
