// Whether a text asks for a person, in English or Chinese. Rules, and no model: who wants a person is not to be misunderstood, and who only says
// the word ("is a person allowed to bring a dog") not to be sent away. Pure.
#pragma once

#include <string_view>

namespace wk::ai {

// Both of words and Han runs, normalised, with one blank between (requests.cpp).

// Somewhere in the text: "let me talk to a human", "我要找人工".
bool asks_for_person(std::string_view plain);
// The clause says nothing else: "a person, please", "能不能来个人工".
bool only_asks_for_person(std::string_view plain);

}  // namespace wk::ai
