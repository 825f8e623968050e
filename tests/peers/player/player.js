// Two words for the test: load(xml, responses) shows an item, end() ends the attempt and gives its outcomes.
const waiting = {};
const arrival = name => new Promise((resolve, reject) => {
  waiting[name] = resolve;
  setTimeout(() => reject(new Error(`the player said nothing about its ${name}`)), 10_000);
});
const arrived = name => value => waiting[name]?.(value);
let player;
let loaded = 0;
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
      validationMessages: [],
    };
  }
  // It looks at an item again only when its text is another one.
  player.loadItemFromXml(`${xml}<!-- ${++loaded} -->`, configuration);
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
