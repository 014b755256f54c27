// Words that make a sentence a question and say nothing about what is asked.
#pragma once

#include <cstddef>
#include <string_view>

namespace wk::ai {

// Of a normalised English word, as it stands.
bool is_question_word(std::string_view word);
// Bytes of the Chinese question word that begins at `at` of a run of Han characters; 0 where none
// does.
std::size_t question_word_length(std::string_view han, std::size_t at);

}  // namespace wk::ai
