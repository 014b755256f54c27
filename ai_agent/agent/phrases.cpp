#include "ai_agent/agent/phrases.hpp"

#include <array>

namespace wk::ai {
namespace {

struct Wording {
  Phrase which;
  std::string_view chinese;
  std::string_view english;
};

constexpr std::array kWordings{
    Wording{Phrase::kName, "AI 助手", "AI assistant"},
    Wording{Phrase::kHandedOver, "好的，正在为您转接人工客服，请稍候。", "Of course. I am bringing in a colleague; one moment, please."},
    Wording{Phrase::kHandedOverNobody, "已为您转给人工客服。现在没有客服在线，请把问题写在这里，我们上线后会尽快回复您。",
            "I have passed this on to our team. Nobody is online right now: write down what you need, and they will answer here as soon as they are back."},
    Wording{Phrase::kHandedOverClosed, "已为您转给人工客服。现在不在营业时间，我们将于{day} {time}（{zone}）回来；您的留言会保留，届时在这里回复您。",
            "I have passed this on to our team. It is outside our hours: people are back on {day} at {time} ({zone}). Your message is kept and will be answered here then."},
    Wording{Phrase::kHandedOverClosedNear, "已为您转给人工客服。现在不在营业时间，我们{day} {time}（{zone}）回来；您的留言会保留，届时在这里回复您。",
            "I have passed this on to our team. It is outside our hours: people are back {day} at {time} ({zone}). Your message is kept and will be answered here then."},
    Wording{Phrase::kHandedOverClosedLong, "已为您转给人工客服。现在不在营业时间；您的留言会保留，我们回来后会尽快在这里回复您。",
            "I have passed this on to our team. It is outside our hours: your message is kept and will be answered here as soon as people are back."},
    Wording{Phrase::kLeaveContact, "如果希望我们联系您，请留下邮箱或电话。", "If you would like to be reached, leave an e-mail address or a phone number."},
    Wording{Phrase::kAngerHandedOver, "非常抱歉给您带来不好的体验，我马上请人工客服来处理。", "I am sorry about this. I am bringing in a colleague right away."},
    Wording{Phrase::kCannotRead, "我还看不了图片和文件，已请人工客服来看，请稍候。", "I cannot read pictures or files, so I am asking a colleague to look at it."},
    Wording{Phrase::kAskBack, "您想问的是下面哪一个？", "Is it one of these?"},
    Wording{Phrase::kNothingFound, "抱歉，这个问题我还不知道答案。您可以换个说法，或者转人工客服。",
            "I do not know the answer to that yet. You could put it another way, or ask for a person."},
    Wording{Phrase::kGreeting, "您好！请直接告诉我您的问题，需要时我会为您转人工客服。", "Hello! Tell me what you need; I bring in a person whenever you like."},
    Wording{Phrase::kThanks, "不客气！还有别的问题随时告诉我。", "You are welcome! I am here if there is anything else."},
    Wording{Phrase::kPerson, "转人工客服", "Talk to a person"},
    Wording{Phrase::kFlowEnded, "好的，已经记下了。还有别的问题吗？", "All right, that is noted. Is there anything else?"},
    Wording{Phrase::kFlowCancelled, "好的，那我们先不办这个。还有别的问题吗？", "All right, we leave that. Is there anything else?"},
};

}  // namespace

std::string_view phrase(Phrase which, Language language) {
  for (const Wording& wording : kWordings) {
    if (wording.which == which) return language == Language::kChinese ? wording.chinese : wording.english;
  }
  return {};
}

}  // namespace wk::ai
