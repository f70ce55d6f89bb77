"""The majority vote for verl: an agent loop that lets all responses to a question arrive, then rewards them together.

verl rewards each response alone. It runs all responses of a prompt in one worker, though, so here each waits until its
group is complete. Validation is left to the reward function of grade_reward.py.
"""

import asyncio

from paper_answers import vote_rewards
from verl.experimental.agent_loop.single_turn_agent_loop import SingleTurnAgentLoop

# A response of the group that failed would be waited for in vain: then the others fail too, and verl drops the group.
LONGEST_WAIT = 3600  # seconds


class Group:
    """The responses to one prompt in one step, and, once all are there, their rewards."""

    def __init__(self, size):
        self.size = size
        self.texts = {}
        self.rewards = None
        self.complete = asyncio.Event()

    async def reward(self, place, text, task):
        """The reward of the response at a place, after the last one has come."""
        self.texts[place] = text
        if len(self.texts) == self.size:
            places = sorted(self.texts)
            texts = [self.texts[i] for i in places]
            # In a thread: comparing formulas may take a while, and other responses are being drawn.
            _, ratio, rewards = await asyncio.to_thread(vote_rewards, texts, task)
            self.rewards = {i: (reward, ratio) for i, reward in zip(places, rewards)}
            self.complete.set()
        await asyncio.wait_for(self.complete.wait(), LONGEST_WAIT)
        return self.rewards[place]


class MajorityAgentLoop(SingleTurnAgentLoop):
    """One response by verl's own rules, rewarded by its group's vote."""

    groups = {}  # by the prompt's uid, which is new in every step

    async def run(self, sampling_params, **kwargs):
        output = await super().run(sampling_params, **kwargs)
        question = kwargs["extra_info"]
        if question["split"] != "train":
            return output
        text = self.tokenizer.decode(output.response_ids, skip_special_tokens=True)
        uid = kwargs["uid"]
        group = self.groups.setdefault(uid, Group(self.rollout_config.n))
        try:
            reward, ratio = await group.reward(kwargs["session_id"], text, question["task"])
        finally:
            self.groups.pop(uid, None)
        output.reward_score = reward
        output.extra_fields["reward_extra_info"] = {"acc": reward, "majority_ratio": ratio}
        return output
