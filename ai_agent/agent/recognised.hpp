// What a visitor's text names: order numbers, telephones, addresses and the like. It is kept with the decision, for people; and what is nobody's
// but this visitor's is left out of what is searched for.
#pragma once

#include <string>
#include <vector>

#include "ai_agent/agent/knowledge_base.hpp"
#include "ai_agent/intent/entities.hpp"
#include "weikeyi/v1/event.pb.h"

namespace wk::ai {

// Each value once, in the order of writing, the site's own `names` under the name of their list; agent_limits::kEntitiesKept of them, further ones and
// very long ones are left out. Pure.
void keep_entities(v1::BotDecided& decided, const std::vector<std::string>& texts, const Gazetteer& names);

// The text without the order numbers, telephones and e-mail addresses that stand nowhere in the site's knowledge: no entry can be found by them,
// and as words that nobody knows they would make every entry look further off. Nor with clauses that only introduce one ("my order number is …").
// The text as it is where nothing else is asked in it. What the site's `names` have is no such number, also where it looks like one.
std::string without_references(const KnowledgeBase& knowledge, SiteId site, const std::string& text, const Gazetteer& names);

}  // namespace wk::ai
