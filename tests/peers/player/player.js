// Two words for the test: load(xml, responses) shows an item, end() ends the attempt and gives its outcomes.
const waiting = {};
const arrival = name => new Promise(resolve => {
  waiting[name] = resolve;
});
const arrived = name => value => waiting[name]?.(value);
let player;
const started = arrival('player').then(component => {
  player = component;
});

new window.Vue({
  render: create => create(window.qti3Player, {
    on: {
      notifyQti3PlayerReady: arrived('player'),
      notifyQti3ItemReady: arrived('item'),
      notifyQti3EndAttemptCompleted: arrived('end'),
    },
  }),
}).$mount('#app');

// responses: [{identifier, cardinality, value}], as a saved attempt has them; none for a new one.
window.load = async (xml, responses) => {
  await started;
  const shown = arrival('item');
  const configuration = {guid: 'one', status: 'interacting', sessionControl: {show_feedback: true}};
  if(responses) {
    configuration.state = {
      identifier: 'one',
      guid: 'one',
      contextVariables: [],
      responseVariables: responses,
      outcomeVariables: [],
      templateVariables: [],
    };
  }
  player.loadItemFromXml(xml, configuration);
  await shown;
};

window.end = async () => {
  const ended = arrival('end');
  player.endAttempt('test');
  const {state} = await ended;
  const told = {};
  for(const {identifier, value} of [...state.responseVariables, ...state.outcomeVariables]) {
    told[identifier] = value;
  }
  return told;
};
