// Whether a dialogue flow can be run as it is drawn (v1::KnowledgeEntry.steps). Pure.
//
// What holds of a checked flow: it has steps and their names differ; whatever a step goes on to is there; what it asks, offers and calls is complete;
// and no way round in it is without a step that waits for the visitor, so that a turn ends.
#pragma once

#include "base/result.hpp"
#include "weikeyi/v1/resource.pb.h"

namespace wk {

// `tools`: what there is to call for the flow's site. kInvalidArgument or kTooLarge, with the step and what is wrong with it.
Result<void> check_flow(const google::protobuf::RepeatedPtrField<::weikeyi::v1::FlowStep>& steps, const ::weikeyi::v1::BotToolList& tools);

}  // namespace wk
