// Who stands as the author of what a principal appends.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/model/principal.hpp"
#include "weikeyi/v1/event.pb.h"

namespace wk {

// Borrows the name.
struct Speaker {
  v1::ActorKind kind = v1::ACTOR_KIND_UNSPECIFIED;
  std::uint64_t id = 0;
  std::string_view name;
};

// `contact_name`: a visitor's, where the token has none.
Speaker speaker_of(const Principal& principal, std::string_view contact_name = {});

}  // namespace wk
