// Bytes of a text file as UTF-8.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace wk::ai::detail {

// By its byte order mark; else as UTF-8 if it is that; else as `declared` says (a charset's name,
// may be empty); else GB18030, else Windows-1252. Line ends become \n. document_damaged for what is
// no text.
Result<std::string> to_utf8(std::string_view bytes, std::string_view declared = {});

}  // namespace wk::ai::detail
