// Which action of core/auth/permissions.hpp an append is. Pure.
#pragma once

#include "core/auth/permissions.hpp"
#include "weikeyi/v1/frame.pb.h"

namespace wk {

// Whether this principal may append this to this conversation.
Result<void> may_append(const Principal& principal, ConversationId conversation, const ::weikeyi::v1::Append& append);

}  // namespace wk
