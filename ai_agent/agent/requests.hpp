// What can be told from a message without knowing anything: somebody wants a person, says hello, or says thanks. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace wk::ai {

enum class Request : std::uint8_t { kNone, kPerson, kGreeting, kThanks };

// The text says nothing but that what is under way is not wanted any more.
bool is_cancel(std::string_view text);

// Of a text of any form. `words`: more that bring a person, as the site's people wrote them.
// A person is found anywhere in the text ("我要找人工", "let me talk to a human"); greeting and thanks only where the text is nothing else,
// so that "thanks, but where is my parcel" is a question.
Request request_in(std::string_view text, std::span<const std::string> words);

}  // namespace wk::ai
