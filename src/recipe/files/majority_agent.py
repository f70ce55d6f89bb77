"""Majority vote for verl: an agent loop that collects all responses to a question and rewards them together.

verl rewards responses one by one but runs all responses to a prompt in one worker, so each response is held here until
its group is complete. Validation uses the reward function in grade_reward.py.
"""

import asyncio

from paper_answers import vote_rewards
from verl.experimental.agent_loop.single_turn_agent_loop import SingleTurnAgentLoop

# If one response of a group fails, the others time out, and verl drops the group.
TIMEOUT = 3600  # seconds


class Group:
    """The responses to one prompt in one step and, once complete, their rewards."""

    def __init__(self, size):
        self.size = size
        self.texts = {}
        self.rewards = None
        self.complete = asyncio.Event()

    async def reward(self, place, text, task):
        """Returns (reward, majority ratio) of the response at `place` once the group is complete."""
        self.texts[place] = text
        if len(self.texts) == self.size:
            places = sorted(self.texts)
            texts = [self.texts[i] for i in places]
            # In a thread: comparing formulas may take a while, and other responses are being sampled.
            _, ratio, rewards = await asyncio.to_thread(vote_rewards, texts, task)
            self.rewards = {i: (reward, ratio) for i, reward in zip(places, rewards)}
            self.complete.set()
        await asyncio.wait_for(self.complete.wait(), TIMEOUT)
        return self.rewards[place]


class MajorityAgentLoop(SingleTurnAgentLoop):
    """verl's single-turn agent loop with rewards from the group's majority vote."""

    groups = {}  # by the prompt's uid, which is unique per step

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
